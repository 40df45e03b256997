"""The practice Twilio's templates: create, fetch, list, submit for approval, as Twilio's Content API does."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

from waapp.whatsapp.practice_messages import Problem, approval_json
from waapp.whatsapp.practice_script import Script
from waapp.whatsapp.practice_store import PracticeStore, StoredContent

_KINDS: Final = frozenset(
    {
        "twilio/text",
        "twilio/media",
        "twilio/quick-reply",
        "twilio/call-to-action",
        "twilio/card",
        "twilio/location",
        "twilio/list-picker",
        "whatsapp/card",
    }
)
_MOST_VARIABLES: Final = 100
_CATEGORIES: Final = frozenset({"UTILITY", "MARKETING", "AUTHENTICATION"})

Answer = tuple[int, dict[str, Any] | None] | Problem


class PracticeContent:
    """Answers requests below /v1/Content; `base_url` is for the absolute addresses in the answers."""

    def __init__(self, store: PracticeStore, account_sid: str, base_url: str) -> None:
        self._store = store
        self._account_sid = account_sid
        self._base_url = base_url

    def create(self, document: object, now: float) -> Answer:
        """Make a template."""
        if not isinstance(document, dict):
            return Problem(400, 20001, "The body is not a JSON object.")
        types = document.get("types")
        variables = document.get("variables") or {}
        if not isinstance(types, dict) or not types:
            return Problem(400, 92001, "types is required.")
        if len(variables) > _MOST_VARIABLES:
            return Problem(400, 92002, "Too many variables.")
        if not document.get("language"):
            return Problem(400, 92003, "language is required.")
        if not set(types) <= _KINDS:
            return Problem(400, 92008, "Unsupported content type.")
        if not all(isinstance(value, str) and value for value in variables.values()):
            return Problem(400, 92007, "variables are invalid.")
        problem = _check_types(types)
        if problem is not None:
            return problem
        kept = {name: document.get(name) for name in ("friendly_name", "language", "types")}
        return 201, self._json(self._store.add_content({**kept, "variables": variables}, now))

    def update(self, sid: str, document: object) -> Answer:
        """Replace what a template says."""
        content = self._store.get_content(sid)
        if content is None:
            return _NOT_FOUND
        if not isinstance(document, dict) or not isinstance(document.get("types"), dict):
            return Problem(400, 92001, "types is required.")
        kept = {name: document[name] for name in ("friendly_name", "types", "variables") if name in document}
        self._store.change_content(sid, {**content.document, **kept})
        return self.fetch(sid)

    def fetch(self, sid: str) -> Answer:
        """Show a template."""
        content = self._store.get_content(sid)
        return _NOT_FOUND if content is None else (200, self._json(content))

    def delete(self, sid: str) -> Answer:
        """Forget a template."""
        if self._store.get_content(sid) is None:
            return _NOT_FOUND
        self._store.delete_content(sid)
        return 204, None

    def submit(self, sid: str, document: object, now: float, script: Script) -> Answer:
        """Submit a template to WhatsApp."""
        content = self._store.get_content(sid)
        if content is None:
            return _NOT_FOUND
        if not isinstance(document, dict) or not document.get("name"):
            return Problem(400, 20001, "name is required.")
        if document.get("category") not in _CATEGORIES:
            return Problem(400, 20001, "category is invalid.")
        taken = {
            (other.approval["name"], other.document["language"])
            for other in self._store.contents(_ALL, 0)
            if other.approval and other.sid != sid
        }
        if (document["name"], content.document["language"]) in taken:
            return Problem(400, 20001, "A template of this name exists in this language.")
        if content.approval is None:
            self._store.submit_content(sid, document, now)
        submitted = self._store.get_content(sid) or content
        shown = approval_json(submitted, script, now)
        shown.pop("type")
        return 201, shown

    def approval(self, sid: str, now: float, script: Script) -> Answer:
        """Show how far the approval of a template is."""
        content = self._store.get_content(sid)
        if content is None:
            return _NOT_FOUND
        return 200, {
            "sid": sid,
            "account_sid": self._account_sid,
            "whatsapp": approval_json(content, script, now) if content.approval else None,
            "url": f"{self._base_url}/v1/Content/{sid}/ApprovalRequests",
        }

    def page(self, path: str, query: Mapping[str, str], now: float, script: Script) -> Answer:
        """Show a page of templates, with their approvals below /v1/ContentAndApprovals."""
        size = max(1, min(int(query.get("PageSize", "50")), 500))
        offset = int(query.get("PageToken", "0"))
        found = self._store.contents(size + 1, offset)
        contents = [self._json(content) for content in found[:size]]
        if path.endswith("AndApprovals"):
            for content, shown in zip(found, contents, strict=False):
                shown["approval_requests"] = approval_json(content, script, now)
        url = f"{self._base_url}{path}?PageSize={size}"
        more = f"{url}&Page={offset // size + 1}&PageToken={offset + size}" if len(found) > size else None
        return 200, {
            "contents": contents,
            "meta": {
                "page": offset // size,
                "page_size": size,
                "first_page_url": f"{url}&Page=0",
                "previous_page_url": None,
                "url": f"{url}&Page={offset // size}",
                "next_page_url": more,
                "key": "contents",
            },
        }

    def _json(self, content: StoredContent) -> dict[str, Any]:
        url = f"{self._base_url}/v1/Content/{content.sid}"
        created = datetime.fromtimestamp(content.created_at, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        return {
            "sid": content.sid,
            "account_sid": self._account_sid,
            "friendly_name": content.document.get("friendly_name"),
            "language": content.document["language"],
            "variables": content.document["variables"],
            "types": content.document["types"],
            "url": url,
            "date_created": created,
            "date_updated": created,
            "links": {
                "approval_create": f"{url}/ApprovalRequests/whatsapp",
                "approval_fetch": f"{url}/ApprovalRequests",
            },
        }


def _check_types(types: Mapping[str, Any]) -> Problem | None:
    """Refuse what the Content API refuses: keys that a kind has not, and parts that are missing or too many."""
    for kind, parts in types.items():
        if kind not in _KEYS:
            continue
        wanted, further = _KEYS[kind]
        if not isinstance(parts, dict) or not wanted <= set(parts) <= wanted | further:
            return Problem(400, 20001, f"The properties of {kind} are invalid.")
        actions = parts.get("actions") or []
        titles = [str(action.get("title") or "") for action in actions]
        if not all(titles) or any(len(title) > _MOST_IN_TITLE for title in titles):
            return Problem(400, 20001, "The title of an action is missing or too long.")
        if len({title.strip().casefold() for title in titles}) < len(titles):
            return Problem(400, 20001, "Two actions have the same title.")
        if len(actions) > _MOST_ACTIONS:
            return Problem(400, 20001, "Too many actions.")
    return None


_ALL: Final = 1_000_000
_MOST_ACTIONS: Final = 10
_MOST_IN_TITLE: Final = 25
_KEYS: Final[dict[str, tuple[set[str], set[str]]]] = {
    "twilio/text": ({"body"}, set()),
    "twilio/media": ({"media"}, {"body"}),
    "twilio/quick-reply": ({"body", "actions"}, set()),
    "twilio/call-to-action": ({"body", "actions"}, set()),
    "twilio/card": ({"title"}, {"subtitle", "media", "actions"}),
    "whatsapp/card": ({"body"}, {"header_text", "media", "footer", "actions"}),
}
"""For each kind the keys that it must have, and those that it may have."""

_NOT_FOUND: Final = Problem(404, 20404, "The requested resource was not found")
