"""Words for who is left out of a send, what blocks it and what to know before it."""

from typing import Final

from waapp.core.plan import BlockerCode, NoticeCode, Reason
from waapp.core.status import Shown
from waapp.core.waiting import WaitReason

STATES: Final = {
    Shown.NONE: "Not invited",
    Shown.QUEUED: "Queued",
    Shown.WAITING: "Will try again",
    Shown.SENDING: "Sending",
    Shown.SENT: "Sent",
    Shown.DELIVERED: "Delivered",
    Shown.READ: "Read",
    Shown.FAILED: "Failed",
    Shown.UNKNOWN: "Checking",
    Shown.CANCELLED: "Cancelled",
}

REASONS: Final = {
    Reason.NO_NUMBER: "No phone number",
    Reason.NOT_A_NUMBER: "What stands under phone is not a number",
    Reason.IMPOSSIBLE: "No such phone number can exist",
    Reason.NEEDS_REGION: "The phone number lacks its country",
    Reason.ROUNDED: "The spreadsheet has cut off the end of the phone number",
    Reason.LANDLINE: "A landline: WhatsApp needs a mobile number",
    Reason.PREMIUM: "A service number, not a person's",
    Reason.OPTED_OUT: "Asked not to be messaged",
    Reason.CONSENT_REFUSED: "Has not agreed to get messages",
    Reason.ALREADY_INVITED: "Has got this message already, from {by}",
    Reason.IN_PROGRESS: "Is getting this message already, from {by}",
    Reason.NOT_KNOWN_YET: "May have got this message already; we are checking",
    Reason.SAME_PHONE: "Shares a phone with {other}, who gets the message",
    Reason.HOUSEHOLD: "Lives with {other}, who gets the message",
    Reason.EVENT_INCOMPLETE: "{variable} is empty in the event, and so for every guest",
    Reason.MISSING_VALUE: "{variable} is empty for this guest",
    Reason.BAD_VALUE: "{variable} holds something that WhatsApp refuses: {problem}",
    Reason.TOO_LONG: "The message would be too long for this guest: {length} of {limit} characters",
    Reason.US_MARKETING: "WhatsApp delivers no invitations of this kind to US numbers",
}
"""By why one guest is left out; `reason` fills in the placeholders."""

REASON_COUNTS: Final = {
    Reason.NO_NUMBER: "{n:guest has|guests have} no phone number",
    Reason.NOT_A_NUMBER: "{n:guest has|guests have} something else than a number under phone",
    Reason.IMPOSSIBLE: "{n:guest has a number|guests have numbers} that cannot exist",
    Reason.NEEDS_REGION: "{n:number lacks its|numbers lack their} country",
    Reason.ROUNDED: "{n:number was|numbers were} cut off by a spreadsheet",
    Reason.LANDLINE: "{n:guest has|guests have} only a landline",
    Reason.PREMIUM: "{n:number is a service number|numbers are service numbers}",
    Reason.OPTED_OUT: "{n:guest|guests} asked not to be messaged",
    Reason.CONSENT_REFUSED: "{n:guest has|guests have} not agreed to get messages",
    Reason.ALREADY_INVITED: "{n:guest was|guests were} invited already",
    Reason.IN_PROGRESS: "{n:invitation is|invitations are} on the way already",
    Reason.NOT_KNOWN_YET: "{n:guest|guests} may have got it already; we are checking",
    Reason.SAME_PHONE: "{n:guest shares|guests share} a phone with somebody who gets it",
    Reason.HOUSEHOLD: "{n:guest lives|guests live} with somebody who gets it",
    Reason.EVENT_INCOMPLETE: "{n:guest is|guests are} left out because the event is incomplete",
    Reason.MISSING_VALUE: "{n:guest lacks|guests lack} something that the message needs",
    Reason.BAD_VALUE: "{n:guest has|guests have} a value that WhatsApp refuses",
    Reason.TOO_LONG: "The message is too long for {n:guest|guests}",
    Reason.US_MARKETING: "{n:guest has a US number|guests have US numbers}: no invitations of this kind go there",
}
"""By why, for how many: the rows of the review before sending."""

BLOCKERS: Final = {
    BlockerCode.NO_SENDER: "No WhatsApp number to send from is chosen. Choose one in the settings.",
    BlockerCode.ACCOUNT_PAUSED: "Twilio has stopped the account. Fix that in the settings first.",
    BlockerCode.SAMPLE_EVENT_REAL: "The sample event has invented guests: it can only be sent in practice mode.",
    BlockerCode.TEMPLATE_INACTIVE: "The template is switched off. Switch it on, or choose another.",
    BlockerCode.TEMPLATE_ERRORS: "The template has mistakes that guests would see. Fix them in the editor.",
    BlockerCode.TEMPLATE_NOT_APPROVED: "WhatsApp has not approved the template. Submit it, or wait for the answer.",
    BlockerCode.EVENT_INCOMPLETE: (
        "The event has no {variables}. Add it under Events → Edit, or take {placeholders} out of the text."
    ),
    BlockerCode.NOBODY_LEFT: "Nobody is left to send it to: every guest is left out.",
}

NOTICES: Final = {
    NoticeCode.PRACTICE: "Practice mode: nothing leaves this computer, and guests receive nothing.",
    NoticeCode.EVENT_PAST: "The event {event} is over.",
    NoticeCode.OVER_DAILY_LIMIT: (
        "WhatsApp lets you write to {limit:person|people} in 24 hours. {over:guest|guests} will have to wait, "
        "the last of them until {until}."
    ),
    NoticeCode.BODY_IS_SENT: (
        "{template} is not approved: it only reaches guests who wrote to you in the last 24 hours."
    ),
    NoticeCode.TEMPLATE_RULES: "The text breaks rules of WhatsApp and would not be approved as it is.",
    NoticeCode.SANDBOX_PACE: "Twilio's test number sends one message every {seconds:second|seconds}.",
    NoticeCode.SANDBOX_JOIN: "Twilio's test number only reaches phones that have joined it.",
    NoticeCode.LANGUAGE_MISSING: (
        "{guests:guest speaks|guests speak} {language}, and the template has no such text: they get {shown}."
    ),
    NoticeCode.LANGUAGE_NOT_APPROVED: (
        "{guests:guest speaks|guests speak} {language}, which WhatsApp has not approved yet: they get {shown}."
    ),
    NoticeCode.LANGUAGE_ERRORS: (
        "{guests:guest speaks|guests speak} {language}, but that text has mistakes: they get {shown}."
    ),
    NoticeCode.SHARED_PHONES: "{messages:message goes|messages go} to a phone that gets another one too.",
    NoticeCode.SHARED_HOUSEHOLDS: "{messages:message goes|messages go} to a household that gets another one too.",
    NoticeCode.CONSENT_UNKNOWN: "{guests:guest was|guests were} not asked yet whether they want messages.",
}

OWN_CODES: Final = {
    "opted_out": "The guest asked not to be messaged.",
    "merged": "Not sent: its guest became one with another entry who has this message already, or whose number is "
    "another one.",
    "ambiguous": "Twilio's list has several messages that may be this one. Decide in the window which it is.",
}
"""Codes of this program that stand where Twilio's error codes do."""

NO_ANSWERS: Final = {
    "dns": "Twilio's address could not be found: is this computer online?",
    "refused": "No connection to Twilio could be made.",
    "connect_timeout": "No connection to Twilio came about in time.",
    "tls": "No secure connection to Twilio could be made: a hotel or company network may be in between.",
    "proxy": "The proxy of this network did not let us through to Twilio.",
    "timeout": "Twilio did not answer in time.",
    "reset": "The connection to Twilio broke before its answer.",
    "unreadable": "Something that is not Twilio answered in its place.",
}
"""Why a request brought no answer, by the word that stands at the invitation in place of Twilio's text."""

PAUSES: Final = {
    "planner": "A planner has paused this send.",
    "too_late": "The latest time for this send has passed.",
    "undone": "Undone: nothing has left.",
}
"""Why a send stands still, beside the codes of Twilio, which have their words in the table of errors."""

WAITS: Final = {
    WaitReason.UNDO: "it can still be undone",
    WaitReason.NOT_BEFORE: "it is not to leave earlier",
    WaitReason.QUIET_HOURS: "quiet hours",
    WaitReason.DAILY_LIMIT: "WhatsApp’s daily limit is used up",
    WaitReason.TRANSIENT: "a passing fault at Twilio or WhatsApp",
    WaitReason.LATER: "WhatsApp wants it tried again later",
    WaitReason.NETWORK: "no connection to Twilio",
    WaitReason.THROTTLED: "Twilio asked for a slower pace",
    WaitReason.SHARED_PHONE: "the same phone has just got another message",
}
"""Why something that is queued does not leave yet: stands in brackets or after a colon."""
