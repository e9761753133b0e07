/** The one query behind a snapshot, and those for further pages. The shapes of the answers stand in snapshot-answer.ts. */

const WHO = `type: __typename login ... on User { databaseId } ... on Bot { databaseId } ... on Organization { databaseId }`;

const COMMENTS = `pageInfo { hasPreviousPage startCursor }
  nodes { id databaseId body createdAt lastEditedAt viewerDidAuthor isMinimized author { ${WHO} } reactionGroups { viewerHasReacted } }`;

const CONTEXTS = `pageInfo { hasNextPage endCursor }
  nodes { type: __typename
    ... on CheckRun { databaseId name status conclusion url completedAt isRequired(pullRequestNumber: $pull)
      checkSuite { app { databaseId } workflowRun { databaseId } } }
    ... on StatusContext { context state description targetUrl isRequired(pullRequestNumber: $pull) } }`;

const WORD = `createdAt body viewerDidAuthor author { ${WHO} }`;

const THREADS = `pageInfo { hasPreviousPage startCursor }
  nodes { id path line isResolved first: comments(first: 1) { nodes { id ${WORD} } } last: comments(last: 20) { nodes { id ${WORD} } } }`;

const RECORD_COMMIT = `oid message parents(first: 2) { nodes { oid } }`;

export const SNAPSHOT_QUERY = `query Snapshot(
  $owner: String!, $name: String!, $issue: Int!, $record: String!, $brief: String!, $findings: String!, $receipt: String!, $baton: String!, $report: String!,
  $unfinished: String!, $unfinishedReport: String!, $queueRef: String!, $queue: String!, $config: String!, $workflow: String!, $tasks: String!, $branch: String!, $branchRef: String!,
  $hasBranch: Boolean!, $pull: Int!, $hasPull: Boolean!, $withList: Boolean!
) {
  viewer { login databaseId }
  repository(owner: $owner, name: $name) {
    id databaseId nameWithOwner isPrivate url isInOrganization autoMergeAllowed owner { login }
    defaultBranchRef { name target { oid ... on Commit { statusCheckRollup { contexts(first: 100) { nodes { type: __typename
      ... on CheckRun { name status conclusion checkSuite { app { databaseId } workflowRun { event } } }
      ... on StatusContext { context state } } } } } } }
    issue(number: $issue) { id number title body url state locked lastEditedAt author { ${WHO} } editor { ${WHO} }
      labels(first: 100) { nodes { name } }
      timelineItems(last: 100, itemTypes: [LABELED_EVENT, UNLABELED_EVENT, CLOSED_EVENT, RENAMED_TITLE_EVENT]) { nodes { type: __typename
        ... on LabeledEvent { createdAt actor { ${WHO} } label { name } }
        ... on UnlabeledEvent { createdAt actor { ${WHO} } label { name } }
        ... on ClosedEvent { createdAt actor { ${WHO} } }
        ... on RenamedTitleEvent { createdAt actor { ${WHO} } } } }
      comments(last: 100) { ${COMMENTS} } }
    pullRequest(number: $pull) @include(if: $hasPull) { id number url title body state isDraft mergeable mergeStateStatus reviewDecision
      isInMergeQueue isMergeQueueEnabled autoMergeRequest { enabledAt }
      headRefOid headRefName baseRefName baseRef { target { oid } compare(headRef: $branch) { behindBy } }
      files(first: 100) { totalCount nodes { path } } mergedBy { ${WHO} } mergeCommit { oid }
      labels(first: 100) { nodes { name } }
      comments(last: 100) { ${COMMENTS} }
      reviews(last: 100) { nodes { id databaseId state body submittedAt viewerDidAuthor isMinimized author { ${WHO} } } }
      reviewThreads(last: 100) { ${THREADS} }
      commits(last: 1) { nodes { commit { oid statusCheckRollup { contexts(first: 100) { ${CONTEXTS} } } } } } }
    pullRequests(headRefName: $branch, first: 5, orderBy: {field: CREATED_AT, direction: DESC}) @include(if: $hasBranch) {
      nodes { number createdAt isCrossRepository baseRefName } }
    branch: ref(qualifiedName: $branchRef) { target { oid } }
    record: ref(qualifiedName: $record) { target { ... on Commit { ${RECORD_COMMIT} tree { oid entries { name oid } }
      history(first: 11) { nodes { ${RECORD_COMMIT} } } } } }
    brief: object(expression: $brief) { ... on Blob { oid text isTruncated } }
    findings: object(expression: $findings) { ... on Blob { oid text isTruncated } }
    receipt: object(expression: $receipt) { ... on Blob { oid text isTruncated } }
    baton: ref(qualifiedName: $baton) { target { ... on Commit { oid committedDate parents(first: 2) { nodes { oid } } tree { entries { name oid } } } } }
    report: object(expression: $report) { ... on Blob { oid byteSize text isTruncated } }
    unfinished: ref(qualifiedName: $unfinished) { target { ... on Commit { oid parents(first: 2) { nodes { oid } } tree { entries { name oid } } } } }
    unfinishedReport: object(expression: $unfinishedReport) { ... on Blob { oid byteSize text isTruncated } }
    queueRef: ref(qualifiedName: $queueRef) { target { ... on Commit { oid tree { entries { name oid } } } } }
    queue: object(expression: $queue) { ... on Blob { oid text isTruncated } }
    config: object(expression: $config) { ... on Blob { oid byteSize text } }
    workflow: object(expression: $workflow) { oid }
    refs(refPrefix: $tasks, first: 100) @include(if: $withList) { pageInfo { hasNextPage endCursor }
      nodes { name target { ... on Commit { ${RECORD_COMMIT} } } } }
  }
}`;

/** Further pages of what has more than a hundred entries. */
export const COMMENTS_QUERY = `query Comments($owner: String!, $name: String!, $number: Int!, $before: String!) {
  repository(owner: $owner, name: $name) { issueOrPullRequest(number: $number) {
    ... on Issue { comments(last: 100, before: $before) { ${COMMENTS} } }
    ... on PullRequest { comments(last: 100, before: $before) { ${COMMENTS} } } } }
}`;

export const THREADS_QUERY = `query Threads($owner: String!, $name: String!, $number: Int!, $before: String!) {
  repository(owner: $owner, name: $name) { pullRequest(number: $number) { reviewThreads(last: 100, before: $before) { ${THREADS} } } }
}`;

export const CONTEXTS_QUERY = `query Contexts($owner: String!, $name: String!, $commit: String!, $pull: Int!, $after: String!) {
  repository(owner: $owner, name: $name) { object(expression: $commit) {
    ... on Commit { statusCheckRollup { contexts(first: 100, after: $after) { ${CONTEXTS} } } } } }
}`;

export const TASKS_QUERY = `query Tasks($owner: String!, $name: String!, $tasks: String!, $after: String) {
  repository(owner: $owner, name: $name) { refs(refPrefix: $tasks, first: 100, after: $after) { pageInfo { hasNextPage endCursor }
    nodes { name target { ... on Commit { ${RECORD_COMMIT} } } } } }
}`;

export const RECORD_QUERY = `query Record($owner: String!, $name: String!, $record: String!) {
  repository(owner: $owner, name: $name) { record: ref(qualifiedName: $record) { target { ... on Commit { ${RECORD_COMMIT} } } } }
}`;

export const LANDED_QUERY = `query Landed($owner: String!, $name: String!, $base: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: MERGED, baseRefName: $base, first: 20, orderBy: {field: UPDATED_AT, direction: DESC}) {
      nodes { number title body mergedAt mergeCommit { oid } } } }
}`;
