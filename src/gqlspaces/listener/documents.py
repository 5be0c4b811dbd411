"""The GraphQL documents that a listener sends."""

from typing import NamedTuple


class Mutation(NamedTuple):
    """A mutation document and what the client must know to send it."""

    field: str
    document: str
    keyed: bool
    """Its input takes an `idempotencyKey`."""


JOB = """
fragment JobParts on Job {
  id type operation name status progress info attempt maxAttempts
  isPart part partData partExecution partsResult parentId
  environmentId appId spaceId workbookId sheetId documentId actionId sourceId namespaces
  input subject { type id resource params query }
  result metadata createdAt
}
"""

SPACE = """
fragment SpaceParts on Space {
  id name namespace version metadata
  workbooks { id name }
  documents { id title }
}
"""

WORKBOOK = """
fragment WorkbookParts on Workbook {
  id name namespace
  sheets { id name slug }
}
"""

DOCUMENT = "fragment DocumentParts on Document { id title body }"

SHEET = "fragment SheetParts on Sheet { id name slug access lockedAt metadata }"

FIELD = "fragment FieldParts on Field { id key type label metadata }"

RECORD = """
fragment RecordParts on Record {
  id values valid messages { field level source message } metadata commitId
}
"""

COMMIT = """
fragment CommitParts on Commit {
  id sheetId completedAt answers created updated deleted
}
"""

EVENT = """
fragment EventParts on Event {
  id topic domain namespaces context payload origin createdAt
}
"""

EVENT_CURSOR = "query EventCursor { eventCursor }"

GET_PARTS = JOB + "query Parts($id: ID!) { job(id: $id) { parts { ...JobParts } } }"

GET_JOB = JOB + "query Job($id: ID!) { job(id: $id) { ...JobParts } }"

READY_JOBS = (
    JOB
    + """
query ReadyJobs($last: Int!) {
  jobs(filter: {status: [READY]}, last: $last) { edges { node { ...JobParts } } }
}
"""
)

GET_WORKBOOK = WORKBOOK + "query Workbook($id: ID!) { workbook(id: $id) { ...WorkbookParts } }"

GET_SPACE = SPACE + "query Space($id: ID!) { space(id: $id) { ...SpaceParts } }"

_RECORD_PAGE = "edges { node { ...RecordParts } } pageInfo { hasNextPage endCursor }"

LIST_RECORDS = (
    RECORD
    + f"""
query Records($id: ID!, $selection: RecordSelection, $first: Int!, $after: String) {{
  sheet(id: $id) {{
    records(selection: $selection, first: $first, after: $after) {{ {_RECORD_PAGE} }}
  }}
}}
"""
)

COMMIT_RECORDS = (
    RECORD
    + f"""
query CommitRecords($id: ID!, $first: Int!, $after: String) {{
  commit(id: $id) {{ records(first: $first, after: $after) {{ {_RECORD_PAGE} }} }}
}}
"""
)

COMMIT_CONSTRAINTS = """
query CommitConstraints($id: ID!) {
  commit(id: $id) {
    sheet {
      fields { key constraints { type validator config } }
      constraints { type fields validator config }
    }
  }
}
"""


def _events(variable: str = "", argument: str = "") -> str:
    return f"""{EVENT}
subscription Events($filter: EventFilter, $after: String{variable}) {{
  events(filter: $filter, after: $after, checkpoints: true{argument}) {{
    cursor
    event {{ ...EventParts }}
  }}
}}
"""


EVENTS = _events()
INTRODUCED_EVENTS = _events(", $listener: ListenerInput", ", listener: $listener")


def _mutation(field: str, answer: str, fragment: str = "", *, keyed: bool = False) -> Mutation:
    name = field[0].upper() + field[1:]
    document = (
        f"{fragment}\nmutation {name}($input: {name}Input!) {{"
        f" {field}(input: $input) {{ {answer} userErrors {{ code message path }} }} }}"
    )
    return Mutation(field, document, keyed)


_JOB = "job { ...JobParts }"
_LEASED = f"{_JOB} lease leaseExpiresAt"
_SPACE = "space { ...SpaceParts }"
_WORKBOOK = "workbook { ...WorkbookParts }"
_DOCUMENT = "document { ...DocumentParts }"
_SHEET = "sheet { ...SheetParts }"
_WRITTEN = "commit { ...CommitParts } rejected { index code message path }"

CREATE_JOB = _mutation("createJob", _JOB, JOB, keyed=True)
ACK_JOB = _mutation("ackJob", _LEASED, JOB, keyed=True)
CLAIM_JOBS = _mutation("claimJobs", f"claims {{ {_LEASED} }}", JOB, keyed=True)
UPDATE_JOB = _mutation("updateJob", _JOB, JOB)
COMPLETE_JOB = _mutation("completeJob", _JOB, JOB, keyed=True)
FAIL_JOB = _mutation("failJob", _JOB, JOB, keyed=True)
CANCEL_JOB = _mutation("cancelJob", _JOB, JOB)
SPLIT_JOB = _mutation("splitJob", f"{_JOB} parts {{ ...JobParts }}", JOB, keyed=True)

CREATE_SPACE = _mutation("createSpace", f"{_SPACE} {_JOB}", SPACE + JOB, keyed=True)
UPDATE_SPACE = _mutation("updateSpace", _SPACE, SPACE)
UPDATE_THEME = _mutation("updateTheme", _SPACE, SPACE)
CONFIGURE_SPACE = _mutation("configureSpace", _SPACE, SPACE, keyed=True)

CREATE_WORKBOOK = _mutation("createWorkbook", _WORKBOOK, WORKBOOK, keyed=True)
UPDATE_WORKBOOK = _mutation("updateWorkbook", _WORKBOOK, WORKBOOK)
DELETE_WORKBOOK = _mutation("deleteWorkbook", "")

CREATE_DOCUMENT = _mutation("createDocument", _DOCUMENT, DOCUMENT, keyed=True)
UPDATE_DOCUMENT = _mutation("updateDocument", _DOCUMENT, DOCUMENT)
DELETE_DOCUMENT = _mutation("deleteDocument", "")

UPDATE_SHEET = _mutation("updateSheet", _SHEET, SHEET)
LOCK_SHEET = _mutation("lockSheet", _SHEET, SHEET)
UNLOCK_SHEET = _mutation("unlockSheet", _SHEET, SHEET)
SET_SHEET_ACCESS = _mutation("setSheetAccess", _SHEET, SHEET)

CREATE_FIELD = _mutation("createField", "field { ...FieldParts }", FIELD, keyed=True)

INSERT_RECORDS = _mutation("insertRecords", f"recordIds {_WRITTEN}", COMMIT, keyed=True)
UPDATE_RECORDS = _mutation("updateRecords", _WRITTEN, COMMIT, keyed=True)
UPSERT_RECORDS = _mutation("upsertRecords", f"recordIds {_WRITTEN}", COMMIT, keyed=True)
DELETE_RECORDS = _mutation("deleteRecords", _WRITTEN, COMMIT, keyed=True)
COMPLETE_COMMIT = _mutation("completeCommit", "commit { ...CommitParts }", COMMIT)
