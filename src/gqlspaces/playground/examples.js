// Operations to start from, at least one for every noun; laid out when opened, so kept short here.
// A test holds each `query` against the schema, so an example that no longer works cannot stay.

export const EXAMPLES = [
  {
    noun: "Space",
    examples: [
      {
        title: "Which Spaces are there",
        query: `query Start { eventCursor spaces(first: 10) {
          edges { node { id name namespace createdAt } } pageInfo { hasNextPage endCursor } } }`,
      },
      {
        title: "Create a Space",
        note: "With autoConfigure, a space:configure job is made ready for a listener.",
        query: `mutation CreateSpace($input: CreateSpaceInput!) { createSpace(input: $input) {
          space { id name namespace } job { id name status } userErrors { code message path } } }`,
        variables: {
          input: { name: "Acme onboarding", namespace: "red", autoConfigure: true },
        },
      },
      {
        title: "The anatomy of a Space",
        note: "Everything inside it in one round trip.",
        query: `query Anatomy($id: ID!) { space(id: $id) { id name namespace
          documents { id title actions { label } }
          workbooks { id name actions { operation label }
            sheets { id name slug fields { key type label } } }
          metadata } }`,
        variables: { id: "sp_" },
      },
      {
        title: "The blueprint of a Space",
        note: "One JSON document that configureSpace takes back.",
        query: "query Blueprint($id: ID!) { space(id: $id) { blueprint } }",
        variables: { id: "sp_" },
      },
      {
        title: "Configure a Space",
        note: "A whole blueprint at once: all of it or nothing.",
        query: `mutation ConfigureSpace($input: ConfigureSpaceInput!) {
          configureSpace(input: $input) { space { id workbooks { id name } }
          userErrors { code message path } } }`,
        variables: {
          input: {
            spaceId: "sp_",
            blueprint: {
              workbooks: [{
                name: "Company Workbook",
                sheets: [{
                  name: "Users",
                  slug: "users",
                  fields: [
                    {
                      key: "email",
                      type: "string",
                      label: "E-mail",
                      constraints: [{ type: "required" }, { type: "unique" }],
                    },
                    { key: "joined", type: "date", label: "Joined" },
                  ],
                }],
                actions: [{
                  operation: "submit",
                  label: "Submit",
                  mode: "foreground",
                  primary: true,
                  constraints: [{ type: "hasData" }],
                }],
              }],
              documents: [{ title: "Customers", body: "# Welcome" }],
              space: { metadata: { theme: { root: { primaryColor: "#4F46E5" } } } },
            },
          },
        },
      },
      {
        title: "Change its theme",
        note: "What is not named stays as it was.",
        query: `mutation UpdateTheme($input: UpdateThemeInput!) { updateTheme(input: $input) {
          space { id metadata } userErrors { code message path } } }`,
        variables: {
          input: {
            id: "sp_",
            theme: { sidebar: { backgroundColor: "#134E4A", textColor: "#F0FDFA" } },
          },
        },
      },
    ],
  },
  {
    noun: "Blueprint",
    examples: [
      {
        title: "Plan a change",
        note: "What it would do to the structure and to data; nothing is changed.",
        query: `mutation Plan($input: ConfigureSpaceInput!) { configureSpace(input: $input) {
          plan { changes { text } effects { text } } userErrors { code message path } } }`,
        variables: { input: { spaceId: "sp_", blueprint: { documents: [] }, dryRun: true } },
      },
      {
        title: "The history of a Space",
        query: `query Revisions($id: ID!) { space(id: $id) { version
          blueprintRevisions(first: 20) { edges { node {
          number createdAt createdBy jobId differences { text } } } } } }`,
        variables: { id: "sp_" },
      },
      {
        title: "Follow the changes of a Space",
        note: "A copy first, then every change of it as JSON Patch.",
        query: `subscription SpaceChanges($id: ID!, $after: String) {
          spaceChanges(id: $id, after: $after) {
          cursor version space changes { op path value } actorId } }`,
        variables: { id: "sp_" },
      },
      {
        title: "Roll the Blueprint of an App out",
        note: "Without dryRun it begins; its job shows how far it is.",
        query: `mutation RolloutBlueprint($input: RolloutBlueprintInput!) {
          rolloutBlueprint(input: $input) { rollout { id total job { id } }
          plan { revision total changed drifted skipped spaces { name changes { text } } }
          userErrors { code message path } } }`,
        variables: { input: { appId: "app_", onDrift: "MERGE", dryRun: true } },
      },
    ],
  },
  {
    noun: "Workbook, Sheet, Field",
    examples: [
      {
        title: "Create a workbook",
        query: `mutation CreateWorkbook($input: CreateWorkbookInput!) {
          createWorkbook(input: $input) { workbook { id name sheets { id slug } }
          userErrors { code message path } } }`,
        variables: {
          input: {
            spaceId: "sp_",
            name: "Customer Data",
            sheets: [{
              name: "Contacts",
              slug: "contacts",
              fields: [
                { key: "firstName", type: "STRING", label: "First name" },
                { key: "email", type: "STRING", label: "E-mail" },
              ],
            }],
          },
        },
      },
      {
        title: "A sheet and its fields",
        query: `query Sheet($id: ID!) { sheet(id: $id) { id name slug readonly
          fields { id key type label description } } }`,
        variables: { id: "sh_" },
      },
      {
        title: "Lock a sheet",
        query: `mutation LockSheet($input: LockSheetInput!) { lockSheet(input: $input) {
          sheet { id lockedAt } userErrors { code message path } } }`,
        variables: { input: { id: "sh_" } },
      },
    ],
  },
  {
    noun: "Record",
    examples: [
      {
        title: "Insert records",
        note: "A row that cannot be taken is rejected; a wrong value is kept and flagged.",
        query: `mutation InsertRecords($input: InsertRecordsInput!) {
          insertRecords(input: $input) { commit { id created } recordIds
          rejected { index code message path } userErrors { code message path } } }`,
        variables: {
          input: { sheetId: "sh_", records: [{ values: { email: "ann@acme.com" } }] },
        },
      },
      {
        title: "The records of a sheet",
        note: "q is a query in FFQL, such as: age gt 30 and email like \"%@acme.com\"",
        query: `query Records($id: ID!, $q: String) { sheet(id: $id) {
          recordCounts { total valid error } records(selection: { q: $q }, first: 50) {
          edges { node { id values messages { field level message } } }
          pageInfo { hasNextPage endCursor } } } }`,
        variables: { id: "sh_", q: "" },
      },
    ],
  },
  {
    noun: "Action, Document",
    examples: [
      {
        title: "The actions of a Space",
        query: `query Actions($id: ID!) { space(id: $id) { actions { ...Button }
          workbooks { name actions { ...Button } } } }
          fragment Button on Action { id operation label mode primary }`,
        variables: { id: "sp_" },
      },
      {
        title: "Run an action",
        note: "It makes a job, which a listener does.",
        query: `mutation RunAction($input: RunActionInput!) { runAction(input: $input) {
          job { id name status } userErrors { code message path } } }`,
        variables: { input: { actionId: "ac_" } },
      },
      {
        title: "Create a document",
        query: `mutation CreateDocument($input: CreateDocumentInput!) {
          createDocument(input: $input) { document { id title }
          userErrors { code message path } } }`,
        variables: {
          input: {
            spaceId: "sp_",
            title: "Welcome Guide",
            body: "<h1>Welcome</h1><p>Upload your contacts, then submit.</p>",
          },
        },
      },
    ],
  },
  {
    noun: "Job",
    examples: [
      {
        title: "Watch the jobs of a Space",
        note: "The present state at once, then every change.",
        query: `subscription JobProgress($spaceId: ID!) { jobProgress(spaceId: $spaceId) {
          id name status progress info outcome { message acknowledge } } }`,
        variables: { spaceId: "sp_" },
      },
      {
        title: "The latest jobs",
        query: `query Jobs { jobs(first: 20) { edges { node {
          id name status progress attempt maxAttempts holder leaseExpiresAt } } } }`,
      },
      {
        title: "Claim a job as a listener",
        note: "The lease in the answer goes into updateJob, completeJob and failJob.",
        query: `mutation ClaimJobs($input: ClaimJobsInput!) { claimJobs(input: $input) {
          claims { job { id name spaceId input } lease leaseExpiresAt }
          userErrors { code message path } } }`,
        variables: {
          input: {
            jobs: ["space:configure"], holder: "playground", leaseSeconds: 120, limit: 1,
          },
        },
      },
      {
        title: "Report progress",
        query: `mutation UpdateJob($input: UpdateJobInput!) { updateJob(input: $input) {
          job { id status progress info } userErrors { code message path } } }`,
        variables: { input: { id: "jb_", lease: "", progress: 50, info: "Half way" } },
      },
      {
        title: "Complete a job",
        query: `mutation CompleteJob($input: CompleteJobInput!) { completeJob(input: $input) {
          job { id status } userErrors { code message path } } }`,
        variables: {
          input: {
            id: "jb_",
            lease: "",
            outcome: { message: "The Space is ready.", acknowledge: true },
          },
        },
      },
    ],
  },
  {
    noun: "Event",
    examples: [
      {
        title: "Listen to events",
        note: "Goes on from its last cursor after a lost connection.",
        query: `subscription Events($after: String) { events(after: $after) { cursor
          event { id topic domain namespaces context payload createdAt } } }`,
      },
      {
        title: "Listen to one job in one namespace",
        query: `subscription ConfigureJobs($after: String) {
          events(filter: { topics: ["job:*"], namespaces: ["space:red"], job: ["space:configure"] },
            after: $after, checkpoints: true) { cursor event { topic namespaces payload } } }`,
      },
      {
        title: "Why does nothing happen?",
        query: `query Diagnosis { diagnosis { findings { severity title advice subject { id } } }
          listeners(first: 20) { edges { node { name connected lastSeenAt } } } }`,
      },
      {
        title: "Where the log ends now",
        query: "query EventCursor { eventCursor }",
      },
    ],
  },
  {
    noun: "App, Environment",
    examples: [
      {
        title: "The environment and its apps",
        query: `query Apps { environment { id name isProd }
          apps { edges { node { id name namespace entity entityPlural } } } }`,
      },
      {
        title: "Any object by its id",
        query: "query Node($id: ID!) { node(id: $id) { __typename id } }",
        variables: { id: "sp_" },
      },
    ],
  },
];
