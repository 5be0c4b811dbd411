"""Configure every new Space step by step, reporting progress on the way.

Run it with `gqlspaces listen examples.seed_listener:listener` from the folder above.
"""

from gqlspaces.listener import Event, Listener

listener = Listener()

CONTACT_FIELDS = [
    {"key": "firstName", "type": "string", "label": "First Name"},
    {"key": "lastName", "type": "string", "label": "Last Name"},
    {"key": "email", "type": "string", "label": "Email Address"},
    {"key": "phone", "type": "string", "label": "Phone Number"},
]

SUBMIT = {
    "operation": "submit",
    "label": "Submit Data",
    "mode": "foreground",
    "primary": True,
    "description": "Submit customer data for processing",
    "constraints": [{"type": "hasData"}],
}

WELCOME = """
<h1>Welcome to Customer Data Import</h1>
<p>This Space helps you import and validate customer contact information.</p>
<h2>Getting Started</h2>
<ol>
  <li>Upload your CSV file or enter data manually</li>
  <li>Review and correct any validation errors</li>
  <li>Click "Submit Data" when ready</li>
</ol>
"""

THEME = {
    "root": {
        "primaryColor": "#4F46E5",
        "borderColor": "#E5E7EB",
        "fontFamily": "Inter, system-ui, sans-serif",
    },
    "sidebar": {
        "backgroundColor": "#1F2937",
        "textColor": "#F9FAFB",
        "titleColor": "#4F46E5",
    },
}


@listener.on("job:ready", {"job": "space:configure"})
async def configure(event: Event) -> None:
    """Build the Space; should anything raise, the job fails and shows the error's message."""
    job_id, space_id = event.context["jobId"], event.context["spaceId"]
    api = event.api

    await api.jobs.ack(job_id, info="Setting up customer data workspace", progress=10)

    await api.workbooks.create(
        space_id=space_id,
        name="Customer Data",
        sheets=[{"name": "Contacts", "slug": "contacts", "fields": CONTACT_FIELDS}],
        actions=[SUBMIT],
    )
    await api.jobs.update(job_id, info="Customer workbook created", progress=50)

    await api.documents.create(space_id=space_id, title="Welcome Guide", body=WELCOME)
    await api.jobs.update(job_id, info="Welcome document added", progress=75)

    await api.spaces.update(space_id, metadata={"theme": THEME})

    await api.jobs.complete(
        job_id,
        outcome={
            "message": "Customer data workspace configured successfully",
            "acknowledge": True,
        },
    )
