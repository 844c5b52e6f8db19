"""What each role may do: one table. Every permission of the product stands here.

Names are `app.verb_model`. `…_as_resident` belongs to whoever proves a receipt and
`workflows.run_due` to the job loop; neither is ever granted to an account.
"""

from dataclasses import dataclass

ACTOR_PERMISSIONS = frozenset(
    {
        "workflows.run_due",
        "voices.append_message_as_resident",
        "voices.rate_message_as_resident",
        "voices.withdraw_message_as_resident",
    }
)


@dataclass(frozen=True)
class Role:
    """A role's scope is the kind of thing its grant names (`Grant.scope_kind`)."""

    code: str
    label: str
    scope_kind: str
    desk: bool
    admin: bool
    second_factor: bool
    permissions: frozenset[str]


def _crud(*models: str, verbs: str = "view add change delete") -> frozenset[str]:
    found = set()
    for model in models:
        app, name = model.split(".")
        found |= {f"{app}.{verb}_{name}" for verb in verbs.split()}
    return frozenset(found)


def _verbs(model: str, verbs: str) -> frozenset[str]:
    app, name = model.split(".")
    return frozenset(f"{app}.{verb}_{name}" for verb in verbs.split())


def _view(*models: str) -> frozenset[str]:
    return _crud(*models, verbs="view")


REGISTERS = (
    "deputies.deputy",
    "deputies.seat",
    "deputies.group",
    "deputies.groupmembership",
    "deputies.delegation",
    "deputies.studio",
    "deputies.link",
    "deputies.contactrecord",
    "deputies.dutyrecord",
    "grids.grid",
    "grids.gridservice",
    "stations.station",
    "stations.stationrole",
    "stations.reception",
    "stations.appointment",
    "stations.checklistitem",
    "codes.code",
)
PLACES = ("congress.region", "congress.congress", "congress.term", "congress.session",
          "congress.organ", "congress.unit")  # fmt: skip
RULES = ("congress.rulebook", "congress.rulevalue")
CALENDAR = ("congress.calendarday", "congress.calendaryear")  # the whole house's, not one county's

_STATION_MESSAGE = _verbs(
    "voices.message",
    "view accept answer refer review transfer reply pass_on divert reopen enter reveal deliberate",
)
_STATION_TOPIC = _verbs("topics.topic", "view apply review run hand_over enter group") | _view(
    "topics.opinion"
)
_STAFF_TOPIC = (
    _STATION_TOPIC
    | _verbs("topics.topic", "withdraw publish dispatch")
    | {"topics.moderate_opinion"}
)
_STATION_ORDER = frozenset(
    {
        "handling.view_order",
        "handling.accept_reply_order",
        "handling.send_back_order",
        "handling.decide_return_order",
        "handling.decide_extension_order",
        "handling.settle_promise",
    }
)
_UNIT_ORDER = _verbs(
    "handling.order",
    "view sign request_return record_contact request_extension give_opinion reply",
) | {"handling.settle_promise"}

# Suggestions: what the office of a congress does (a town's presidium for its own).
_OFFICE_PROPOSAL = _verbs(
    "proposals.proposal",
    "view view_confidential enter invite submit review accept link assign request_rating evaluate "
    "rehandle close reopen publish conceal arbitrate face urge score assess supervise refer "
    "import export",
) | {"proposals.update_promise", "proposals.dispatch_proposal"}
_UNIT_PROPOSAL = _verbs("proposals.proposal", "view dispatch dispute face") | {
    "proposals.update_promise"
}

ROLES: dict[str, Role] = {
    role.code: role
    for role in (
        Role(
            "deputy", "人大代表", "deputy", True, False, False,
            _verbs("voices.message",
                   "view accept answer refer pass_on divert report deliberate promote")
            | _verbs("topics.topic", "view apply withdraw run group rate") | _view("topics.opinion")
            | _verbs("proposals.proposal",
                     "view add invite cosign submit withdraw evaluate conceal score")
            | _view("deputies.deputy", "grids.grid", "stations.station", "handling.order")
            | {"stations.check_in_station", "stations.hold_reception", "grids.record_patrol"},
        ),
        Role(
            "station_keeper", "联络站负责人", "station", True, False, True,
            _STATION_MESSAGE | _STATION_ORDER | _STATION_TOPIC
            | _view("deputies.deputy", "grids.grid", "stations.station", "congress.unit")
            | _crud("stations.stationrole", "stations.reception", "stations.appointment",
                    "stations.checklistitem")
            | {"stations.change_station", "codes.print_code", "codes.view_code"},
        ),
        Role(
            "town_staff", "街道工委（乡镇人大）工作人员", "region", True, True, True,
            _STATION_MESSAGE | _STATION_ORDER | _crud(*REGISTERS)
            | _view(*PLACES, *RULES, *CALENDAR) | _STAFF_TOPIC | _OFFICE_PROPOSAL
            | {
                "codes.print_code", "codes.revoke_code", "voices.publish_message",
                "voices.hide_message", "notifications.view_clock", "stats.view_rate",
                "jobs.view_bulkrun", "jobs.view_export",
            },
        ),
        Role(
            "congress_staff", "人大机关工作人员", "region", True, True, True,
            _STATION_MESSAGE | _STATION_ORDER | _crud(*REGISTERS) | _crud(*PLACES) | _crud(*RULES)
            | _view(*CALENDAR) | _STAFF_TOPIC | _OFFICE_PROPOSAL
            | {
                "codes.print_code", "codes.revoke_code", "voices.publish_message",
                "voices.hide_message", "voices.import_message", "notifications.view_clock",
                "stats.view_rate", "jobs.view_bulkrun", "jobs.view_export",
                "audit.view_entry", "jobs.view_duework", "jobs.revive_duework",
                "congress.import_region", "accounts.view_user", "accounts.view_grant",
            },
        ),
        Role(
            "moderator", "内容审核员", "region", True, True, True,
            frozenset({"voices.view_message", "voices.publish_message", "voices.hide_message"})
            | _view("topics.topic", "topics.opinion")
            | {"topics.moderate_opinion", "topics.publish_topic"}
            | {"jobs.view_bulkrun", "jobs.view_export"}
            | _verbs("proposals.proposal", "view publish"),
        ),
        Role(
            "unit_handler", "承办单位经办人", "unit", True, False, True,
            _UNIT_ORDER | _UNIT_PROPOSAL,
        ),
        Role(
            "unit_head", "承办单位负责人", "unit", True, False, True,
            _UNIT_ORDER | _UNIT_PROPOSAL,
        ),
        Role(
            "auditor", "审计管理员", "region", False, True, True,
            frozenset({"audit.view_entry", "audit.verify_entry", "audit.view_seal",
                       "accounts.view_user", "accounts.view_grant", "jobs.view_export"}),
        ),
        Role(
            "security_admin", "安全管理员", "region", False, True, True,
            _crud("accounts.user", "accounts.grant", "accounts.apikey")
            | {"accounts.reset_user", "audit.view_entry", "jobs.view_export"},
        ),
        Role(
            "system_admin", "系统管理员", "region", False, True, True,
            _crud(*RULES, *CALENDAR) | _view(*PLACES)
            | {
                "jobs.view_duework", "jobs.revive_duework", "jobs.view_bulkrun",
                "jobs.view_export",
                "notifications.view_delivery", "notifications.retry_delivery",
            },
        ),
    )
}  # fmt: skip

ALL_PERMISSIONS = ACTOR_PERMISSIONS.union(*(role.permissions for role in ROLES.values()))


def permission_known(permission: str) -> bool:
    return permission in ALL_PERMISSIONS


def role_choices() -> list[tuple[str, str]]:
    return [(role.code, role.label) for role in ROLES.values()]
