"""The words an API key's permission may be."""

SCOPES = {
    "read": "read your own profile, engagements, asks and score",
    "profile": "change your profile",
    "work": "declare engagements, draft goals, report results",
    "asks": "have letters sent to clients and peers in your name",
}
