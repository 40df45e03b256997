"""All guest lists of the corpus."""

from tests.corpus.address_books import CONTACTS
from tests.corpus.client_lists import CLIENTS
from tests.corpus.forms import FORMS
from tests.corpus.mixed_sheets import MIXED
from tests.corpus.odd_lists import ODD
from tests.corpus.other_scripts import SCRIPTS
from tests.corpus.planning_programs import PLANNERS
from tests.corpus.refusals import REFUSALS
from tests.corpus.spreadsheets import SPREADSHEETS

LISTS = (*SPREADSHEETS, *SCRIPTS, *CONTACTS, *PLANNERS, *FORMS, *ODD, *MIXED, *CLIENTS, *REFUSALS)
