from django.apps import AppConfig

ACTIONS = {
    "accounts.signed_in": "登录",
    "accounts.signed_out": "退出",
    "accounts.sign_in_failed": "登录失败",
    "accounts.sign_in_locked": "登录被锁",
    "accounts.factor_enrolled": "开通第二因子",
    "accounts.factor_failed": "验证码不对",
    "accounts.factor_reset": "重置第二因子",
    "accounts.recovery_used": "使用备用码",
    "accounts.recovery_renewed": "更换备用码",
    "accounts.password_changed": "修改密码",
    "accounts.password_reset": "重置密码",
    "accounts.created": "建立账号",
    "accounts.changed": "修改账号资料",
    "accounts.switched_on": "启用账号",
    "accounts.switched_off": "停用账号",
    "accounts.unlocked": "解除登录锁定",
    "accounts.grant_given": "授权",
    "accounts.grant_ended": "终止授权",
    "accounts.key_issued": "签发接口密钥",
    "accounts.key_revoked": "作废接口密钥",
}


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "账号与权限"

    def ready(self) -> None:
        from accounts import desk, registry, selectors
        from accounts.roles import permission_known
        from accounts.services import factors
        from audit.registry import register_action
        from core.sealed import register_sealed
        from workflows import checks

        desk.register_menu(0, "今天", "home", desk.HOME, lambda user: user.has_desk)
        desk.register_menu(90, "账号", "settings", desk.ACCOUNT, lambda user: True, phone=True)
        checks.permission_known.append(permission_known)
        register_sealed(factors.SEALED)
        for name, label in ACTIONS.items():
            register_action(name, label)
        for kind, find, search in (
            ("region", selectors.find_region, selectors.search_regions),
            ("organ", selectors.find_organ, selectors.search_organs),
            ("unit", selectors.find_unit, selectors.search_units),
        ):
            registry.register_scope(kind, find=find, search=search)
