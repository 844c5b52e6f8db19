"""Make `.venv` with the hashed pins; does nothing when it is fresh.

Runs on whatever `python3` a machine has, before anything is installed: standard library only, and
no syntax newer than 3.6 so that an old interpreter can still say what it needs.
"""

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tempfile
import urllib.parse
import urllib.request

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
VENV_PYTHON = os.path.join(VENV, "bin", "python")
SUPPORTED = ((3, 11), (3, 12), (3, 13))
# Debian's python3 has no ensurepip; then this wheel comes from the package index, by its hash.
PIP_WHEEL = "pip-25.3-py3-none-any.whl"
PIP_SHA256 = "9655943313a94722b7774661c21049070f6bbb0a1516bf02f7c8d5d9201514cd"


def say(text):
    print("  " + text)
    sys.stdout.flush()


def stop(text):
    say("✗ " + text)
    sys.exit(1)


def find_python():
    """This interpreter if it is supported, else the newest supported one on the PATH."""
    if sys.version_info[:2] in SUPPORTED:
        return sys.executable
    for major, minor in reversed(SUPPORTED):
        path = shutil.which("python%d.%d" % (major, minor))
        if path and subprocess.call([path, "-c", ""], stderr=subprocess.DEVNULL) == 0:
            return path
    return stop("需要 Python 3.11、3.12 或 3.13，本机是 %d.%d" % sys.version_info[:2])


def works(python):
    """Whether the environment is there, was made for this very folder and has a base python."""
    probe = "import sys, pip; print(sys.prefix); assert sys.version_info[:2] in %r" % (SUPPORTED,)
    try:
        out = subprocess.check_output([python, "-c", probe], stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError):
        return False
    return os.path.realpath(out.decode().strip()) == os.path.realpath(VENV)


def make_environment():
    """A virtual environment with pip in it, also where ensurepip was left out."""
    python = find_python()
    shutil.rmtree(VENV, ignore_errors=True)
    bare = subprocess.call(
        [python, "-m", "venv", VENV], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    if bare == 0 and works(VENV_PYTHON):
        return
    shutil.rmtree(VENV, ignore_errors=True)
    if subprocess.call([python, "-m", "venv", "--without-pip", VENV]) != 0:
        stop("不能建立 .venv；Debian/Ubuntu 上请先 apt install python3-venv")
    with tempfile.TemporaryDirectory() as folder:
        wheel = fetch_pip(folder)
        install = [VENV_PYTHON, os.path.join(wheel, "pip"), "install", "-q", "--no-index", wheel]
        if subprocess.call(install) != 0:
            stop("不能在 .venv 里安装 pip；Debian/Ubuntu 上请先 apt install python3-venv")


def index_urls():
    """The package indexes a pip on this machine would be told to use."""
    urls = [os.environ.get("PIP_INDEX_URL", "")]
    for path in ("/etc/pip.conf", "~/.pip/pip.conf", "~/.config/pip/pip.conf"):
        try:
            with open(os.path.expanduser(path), encoding="utf-8") as file:
                urls += re.findall(r"(?m)^\s*index[-_]url\s*=\s*(\S+)", file.read())
        except OSError:
            pass
    return [url.rstrip("/") for url in urls if url] + ["https://pypi.org/simple"]


def fetch_pip(folder):
    """Download the pip wheel into `folder`; refused unless its hash is the one above."""
    for index in index_urls():
        page = index + "/pip/"
        try:
            with urllib.request.urlopen(page, timeout=30) as answer:
                html, address = answer.read().decode("utf-8", "replace"), answer.geturl()
            link = re.search(r'href="([^"]*%s[^"]*)"' % re.escape(PIP_WHEEL), html)
            if not link:
                continue
            wheel = urllib.parse.urljoin(address, link.group(1))
            with urllib.request.urlopen(wheel, timeout=60) as answer:
                data = answer.read()
        except OSError:
            continue
        if hashlib.sha256(data).hexdigest() == PIP_SHA256:
            path = os.path.join(folder, PIP_WHEEL)
            with open(path, "wb") as file:
                file.write(data)
            return path
    return stop("没有 pip，也取不到 %s；请先 apt install python3-venv" % PIP_WHEEL)


def digest(requirements):
    with open(os.path.join(ROOT, requirements), "rb") as file:
        return hashlib.sha256(file.read()).hexdigest()


def stamp(requirements):
    return os.path.join(VENV, "." + requirements + ".installed")


def is_fresh(requirements):
    """The development pins contain the runtime pins, so their stamp serves for both."""
    for name in {requirements, "requirements-dev.txt"}:
        try:
            with open(stamp(name), encoding="utf-8") as file:
                if file.read().strip() == digest(name):
                    return True
        except OSError:
            pass
    return False


def install(requirements):
    say("正在安装依赖 …（第一次约一分钟，之后不再需要）")
    command = [
        VENV_PYTHON, "-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input",
        "--require-hashes", "-r", os.path.join(ROOT, requirements),
    ]  # fmt: skip
    if subprocess.call(command) != 0:
        stop("依赖没有装上，见上面 pip 的说明；网络恢复后再运行一次即可")
    with open(stamp(requirements), "w", encoding="utf-8") as file:
        file.write(digest(requirements))


def main():
    if len(sys.argv) != 2:
        say("用法：bootstrap.py requirements.txt")
        sys.exit(2)
    requirements = sys.argv[1]
    with open(os.path.join(ROOT, "tools", "bootstrap.py"), encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # `make run` and `make test` started together
        if works(VENV_PYTHON) and is_fresh(requirements):
            return
        if not works(VENV_PYTHON):
            say("正在建立 .venv …")
            make_environment()
        install(requirements)


main()
