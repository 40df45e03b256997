"""What only tests and demonstrations want of the practice Twilio, below /_practice/ and behind its password.

GET  accepted?after=SEQ   every message taken over: {"count": …, "accepted": [{"seq", "sid", "to", "body", "at",
                          "sender"}]}
GET  requests             how many requests of each kind this process has answered
PUT  script               a new script (`practice_script.read_script`)
POST inbound              {"from", "to", "body"}: a guest writes
POST course               {"sid", "steps", "error_code"}: what becomes of a message from now on
POST clear                forget everything
"""

from typing import TYPE_CHECKING, Any, Final

from waapp.whatsapp.practice_script import Call, read_script

if TYPE_CHECKING:
    from waapp.whatsapp.practice import PracticeTwilio

PREFIX: Final = "/_practice/"


def control(practice: "PracticeTwilio", method: str, path: str, after: int, document: Any) -> Any:  # noqa: ANN401
    """Do what a control request asks for and return the JSON value to answer with; None: no such request.

    Raises ValueError, TypeError and KeyError for what cannot be meant.
    """
    match method, path.removeprefix(PREFIX):
        case "GET", "accepted":
            accepted = practice.accepted(after)
            return {
                "count": practice.count(),
                "accepted": [
                    {
                        "seq": one.seq,
                        "sid": one.sid,
                        "to": one.to,
                        "body": one.body,
                        "at": one.at,
                        "sender": one.sender,
                    }
                    for one in accepted
                ],
            }
        case "GET", "requests":
            return {kind.value: practice.requests[kind] for kind in Call}
        case "PUT", "script":
            practice.script = read_script(document)
        case "POST", "inbound":
            return {"sid": practice.receive(document["from"], document["to"], document["body"])}
        case "POST", "course":
            steps = tuple((float(at), str(word)) for at, word in document["steps"])
            practice.set_course(document["sid"], steps, document.get("error_code"))
        case "POST", "clear":
            practice.clear()
        case _:
            return None
    return {}
