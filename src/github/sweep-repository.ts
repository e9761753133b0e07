/** Looks over one repository's ledger: which tasks to look at, and what of the ledger no record names any more. */
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { DEFAULT_CONFIG, type Config } from "../domain/config.ts";
import { ATTEMPT_PREFIX, BACKUP_PREFIX, CONFIG_PATH, QUEUE_REF } from "../domain/names.ts";
import { Queue } from "../domain/queue.ts";
import { isLiving } from "../domain/record.ts";
import { Sha, type Instant } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { listTasks, type ListedTask } from "./ledger-list.ts";
import { writeQueue } from "./move.ts";
import { readConfig } from "./read-config.ts";
import { moveRefs, type RefPlace } from "./refs.ts";
import { removeBackups, type NamedRef } from "./remove-backups.ts";

const LEDGER_QUERY = `query Ledger($owner: String!, $name: String!, $batons: String!, $after: String, $backups: String!, $afterBackup: String,
  $queueRef: String!, $queue: String!, $config: String!) {
  repository(owner: $owner, name: $name) { id databaseId isArchived
    refs(refPrefix: $batons, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { name target { oid } } }
    backups: refs(refPrefix: $backups, first: 100, after: $afterBackup) { pageInfo { hasNextPage endCursor } nodes { name target { oid } } }
    queueRef: ref(qualifiedName: $queueRef) { target { oid } }
    queue: object(expression: $queue) { ... on Blob { text } }
    config: object(expression: $config) { ... on Blob { oid byteSize text } } }
}`;

const LABELLED_QUERY = `query Labelled($owner: String!, $name: String!, $label: String!, $after: String) {
  repository(owner: $owner, name: $name) { issues(labels: [$label], states: OPEN, first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { number updatedAt } } }
}`;

const RECENT_QUERY = `query Recent($owner: String!, $name: String!, $since: DateTime!) {
  repository(owner: $owner, name: $name) { issues(states: CLOSED, filterBy: {since: $since}, first: 100, orderBy: {field: UPDATED_AT, direction: DESC}) {
    nodes { number updatedAt } } }
}`;

const RecentAnswer = z.looseObject({
  repository: z.looseObject({
    issues: z.looseObject({ nodes: z.array(z.looseObject({ number: z.number(), updatedAt: z.string() })) }),
  }),
});

const NextPage = z.looseObject({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const Refs = z
  .looseObject({
    pageInfo: NextPage,
    nodes: z.array(z.looseObject({ name: z.string(), target: z.looseObject({ oid: Sha }) })),
  })
  .nullable();
const LedgerAnswer = z.looseObject({
  repository: z.looseObject({
    id: z.string(),
    databaseId: z.number(),
    isArchived: z.boolean(),
    refs: Refs,
    backups: Refs,
    queueRef: z.looseObject({ target: z.looseObject({ oid: Sha }) }).nullable(),
    queue: z.looseObject({ text: z.string().nullish() }).nullable(),
    config: z
      .looseObject({ oid: Sha, byteSize: z.number(), text: z.string().nullable() })
      .partial()
      .nullable(),
  }),
});
type LedgerAnswer = z.infer<typeof LedgerAnswer>["repository"];

const LabelledAnswer = z.looseObject({
  repository: z.looseObject({
    issues: z.looseObject({
      pageInfo: NextPage,
      nodes: z.array(z.looseObject({ number: z.number(), updatedAt: z.string() })),
    }),
  }),
});

/** So long GitHub keeps what webhooks it sent; what an app that died had taken in was said within it. */
const RECENT_MILLISECONDS = 24 * 3_600_000;

/** `isFirst`: nothing is in memory yet, so what was said on tasks at their end may have been lost with the app before. `wake`: issues to look at. `bases`: branches on which living tasks have pull requests. `removed`: what was taken away, in words. */
export async function sweepRepository(
  client: Client,
  repository: RepositoryKey,
  { key, isFirst = false }: { key: KeyObject; isFirst?: boolean },
): Promise<{ wake: number[]; bases: string[]; removed: string[] }> {
  const { answer, batons, backups, now } = await readLedger(client, repository);
  if (answer.isArchived) return { wake: [], bases: [], removed: [] };
  const config = configOf(answer);
  // Read after batons and queue: what they name and the records do not was left behind, or its lease below is lost.
  const tasks = await listTasks(client, repository, key);
  const place = { ...repository, nodeId: answer.id };
  const removed = [
    ...(await removeBatons(client, place, { batons, tasks })),
    ...(await removeFlights(client, place, { answer, tasks })),
    ...(await removeBackups(client, place, { backups, tasks, now, keep: config.keep })),
  ];
  const labelled = await listLabelled(client, repository, config.label);
  const recent = isFirst ? await listRecent(client, repository, now) : new Map<number, string>();
  return { wake: worthALook(tasks, labelled, recent), bases: basesOf(tasks), removed };
}

/** Everything that lives or has something left to do, what somebody may have asked for again, and what nobody has looked at yet. */
function worthALook(
  tasks: readonly ListedTask[],
  labelled: ReadonlyMap<number, string>,
  recent: ReadonlyMap<number, string>,
): number[] {
  const resting = new Map<number, string>();
  const wake = new Set<number>();
  for (const { issue, record } of tasks) {
    if (record !== null && !isLiving(record) && record.intents.length === 0) resting.set(issue, record.since);
    else wake.add(issue);
  }
  for (const [issue, updated] of labelled) {
    const since = resting.get(issue);
    if (since === undefined || updated > since) wake.add(issue);
  }
  for (const [issue, since] of resting) {
    // Instants have whole seconds: what was said right after the end may have the same.
    const updated = recent.get(issue);
    if (updated !== undefined && updated >= since) wake.add(issue);
  }
  return [...wake].toSorted((one, other) => one - other);
}

function basesOf(tasks: readonly ListedTask[]): string[] {
  const bases = tasks.flatMap(({ record }) =>
    record !== null && isLiving(record) && record.pull !== null ? record.base : [],
  );
  return [...new Set(bases)].toSorted();
}

async function removeBatons(
  client: Client,
  place: RefPlace,
  { batons, tasks }: { batons: readonly NamedRef[]; tasks: readonly ListedTask[] },
): Promise<string[]> {
  const removed: string[] = [];
  for (const { name, oid } of batons) {
    if (isHeld(Number(name), tasks)) continue;
    const outcome = await moveRefs(client, place, [
      { name: `${ATTEMPT_PREFIX}${name}`, before: oid, after: null },
    ]);
    if (outcome === "won") removed.push(`baton of #${name}`);
  }
  return removed;
}

async function removeFlights(
  client: Client,
  place: RefPlace,
  { answer, tasks }: { answer: LedgerAnswer; tasks: readonly ListedTask[] },
): Promise<string[]> {
  const before = answer.queueRef?.target.oid;
  const read = Queue.safeParse(parseJson(answer.queue?.text ?? ""));
  if (before === undefined || !read.success) return [];
  const orphans = read.data.flight.filter(({ issue }) => !isHeld(issue, tasks));
  if (orphans.length === 0) return [];
  const queue = { ...read.data, flight: read.data.flight.filter(({ issue }) => isHeld(issue, tasks)) };
  const story = `removed what no record names: ${orphans.map(({ issue }) => `#${issue}`).join(", ")}`;
  const after = await writeQueue(client, place, { queue, before, story });
  const outcome = await moveRefs(client, place, [{ name: QUEUE_REF, before, after }]);
  return outcome === "won" ? orphans.map(({ issue }) => `queue entry of #${issue}`) : [];
}

/** Its record has an attempt in flight, or cannot be read: then nothing of it is touched. */
function isHeld(issue: number, tasks: readonly ListedTask[]): boolean {
  const task = tasks.find((other) => other.issue === issue);
  return task !== undefined && (task.record === null || task.record.attempt !== null);
}

async function readLedger(
  client: Client,
  { owner, name }: RepositoryKey,
): Promise<{ answer: LedgerAnswer; batons: NamedRef[]; backups: NamedRef[]; now: Instant }> {
  const batons: NamedRef[] = [];
  const backups: NamedRef[] = [];
  let after: string | null = null;
  let afterBackup: string | null = null;
  for (;;) {
    const { data, now } = await graphql(client, LEDGER_QUERY, {
      owner,
      name,
      batons: ATTEMPT_PREFIX,
      after,
      backups: BACKUP_PREFIX,
      afterBackup,
      queueRef: QUEUE_REF,
      queue: `${QUEUE_REF}:queue.json`,
      config: `HEAD:${CONFIG_PATH}`,
    });
    const answer: LedgerAnswer = LedgerAnswer.parse(data).repository;
    batons.push(...named(answer.refs));
    backups.push(...named(answer.backups));
    if (!answer.refs?.pageInfo.hasNextPage && !answer.backups?.pageInfo.hasNextPage)
      return { answer, batons, backups, now };
    // Of the one that is at its end nothing comes after its last.
    after = answer.refs?.pageInfo.endCursor ?? after;
    afterBackup = answer.backups?.pageInfo.endCursor ?? afterBackup;
  }
}

function named(refs: z.infer<typeof Refs>): NamedRef[] {
  return (refs?.nodes ?? []).map(({ name, target }) => ({ name, oid: target.oid }));
}

/** Closed issues that changed within a day, the newest hundred, and when each did. */
async function listRecent(
  client: Client,
  { owner, name }: RepositoryKey,
  now: Instant,
): Promise<Map<number, string>> {
  const since = new Date(Date.parse(now) - RECENT_MILLISECONDS).toISOString();
  const { data } = await graphql(client, RECENT_QUERY, { owner, name, since });
  const { nodes } = RecentAnswer.parse(data).repository.issues;
  return new Map(nodes.map(({ number, updatedAt }) => [number, updatedAt]));
}

/** Open issues with the label, and when each last changed. */
async function listLabelled(
  client: Client,
  { owner, name }: RepositoryKey,
  label: string,
): Promise<Map<number, string>> {
  const labelled = new Map<number, string>();
  let after: string | null = null;
  for (;;) {
    const { data } = await graphql(client, LABELLED_QUERY, { owner, name, label, after });
    const { nodes, pageInfo }: z.infer<typeof LabelledAnswer>["repository"]["issues"] =
      LabelledAnswer.parse(data).repository.issues;
    for (const { number, updatedAt } of nodes) labelled.set(number, updatedAt);
    if (!pageInfo.hasNextPage) return labelled;
    after = pageInfo.endCursor;
  }
}

function configOf({ config }: LedgerAnswer): Config {
  const { oid, byteSize = 0, text = null } = config ?? {};
  const reading = readConfig(oid === undefined ? null : { blob: oid, bytes: byteSize, text });
  return reading.kind === "config" ? reading.config : DEFAULT_CONFIG;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A queue that is not JSON stops the observation of every task, with its words; here it is only left alone.
    return undefined;
  }
}
