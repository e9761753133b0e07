/** Looks over one repository's ledger: which tasks to look at, and what of the ledger no record names any more. */
import type { KeyObject } from "node:crypto";
import { z } from "zod";
import { DEFAULT_CONFIG } from "../domain/config.ts";
import { ATTEMPT_PREFIX, CONFIG_PATH, QUEUE_REF } from "../domain/names.ts";
import { Queue } from "../domain/queue.ts";
import { isLiving } from "../domain/record.ts";
import { Sha } from "../domain/task.ts";
import { graphql, type Client, type RepositoryKey } from "./client.ts";
import { listTasks, type ListedTask } from "./ledger-list.ts";
import { writeQueue } from "./move.ts";
import { readConfig } from "./read-config.ts";
import { moveRefs, type RefPlace } from "./refs.ts";

const LEDGER_QUERY = `query Ledger($owner: String!, $name: String!, $batons: String!, $after: String, $queueRef: String!, $queue: String!, $config: String!) {
  repository(owner: $owner, name: $name) { id databaseId isArchived
    refs(refPrefix: $batons, first: 100, after: $after) { pageInfo { hasNextPage endCursor } nodes { name target { oid } } }
    queueRef: ref(qualifiedName: $queueRef) { target { oid } }
    queue: object(expression: $queue) { ... on Blob { text } }
    config: object(expression: $config) { ... on Blob { oid byteSize text } } }
}`;

const LABELLED_QUERY = `query Labelled($owner: String!, $name: String!, $label: String!, $after: String) {
  repository(owner: $owner, name: $name) { issues(labels: [$label], states: OPEN, first: 100, after: $after) {
    pageInfo { hasNextPage endCursor } nodes { number updatedAt } } }
}`;

const NextPage = z.looseObject({ hasNextPage: z.boolean(), endCursor: z.string().nullable() });
const LedgerAnswer = z.looseObject({
  repository: z.looseObject({
    id: z.string(),
    databaseId: z.number(),
    isArchived: z.boolean(),
    refs: z
      .looseObject({
        pageInfo: NextPage,
        nodes: z.array(z.looseObject({ name: z.string(), target: z.looseObject({ oid: Sha }) })),
      })
      .nullable(),
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

/** `wake`: issues to look at. `removed`: the batons and queue entries that were taken away, in words. */
export async function sweepRepository(
  client: Client,
  repository: RepositoryKey,
  key: KeyObject,
): Promise<{ wake: number[]; removed: string[] }> {
  const { answer, batons } = await readLedger(client, repository);
  if (answer.isArchived) return { wake: [], removed: [] };
  // Read after batons and queue: what they name and the records do not was left behind, or its lease below is lost.
  const tasks = await listTasks(client, repository, key);
  const place = { ...repository, nodeId: answer.id };
  const removed = [
    ...(await removeBatons(client, place, { batons, tasks })),
    ...(await removeFlights(client, place, { answer, tasks })),
  ];
  const labelled = await listLabelled(client, repository, labelOf(answer));
  return { wake: worthALook(tasks, labelled), removed };
}

/** Everything that lives or has something left to do, what somebody may have asked for again, and what nobody has looked at yet. */
function worthALook(tasks: readonly ListedTask[], labelled: ReadonlyMap<number, string>): number[] {
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
  return [...wake].toSorted((one, other) => one - other);
}

async function removeBatons(
  client: Client,
  place: RefPlace,
  { batons, tasks }: { batons: readonly { name: string; oid: Sha }[]; tasks: readonly ListedTask[] },
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
): Promise<{ answer: LedgerAnswer; batons: { name: string; oid: Sha }[] }> {
  const batons: { name: string; oid: Sha }[] = [];
  let after: string | null = null;
  for (;;) {
    const { data } = await graphql(client, LEDGER_QUERY, {
      owner,
      name,
      batons: ATTEMPT_PREFIX,
      after,
      queueRef: QUEUE_REF,
      queue: `${QUEUE_REF}:queue.json`,
      config: `HEAD:${CONFIG_PATH}`,
    });
    const answer: LedgerAnswer = LedgerAnswer.parse(data).repository;
    batons.push(...(answer.refs?.nodes ?? []).map((node) => ({ name: node.name, oid: node.target.oid })));
    if (!answer.refs?.pageInfo.hasNextPage) return { answer, batons };
    after = answer.refs.pageInfo.endCursor;
  }
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

function labelOf({ config }: LedgerAnswer): string {
  const { oid, byteSize = 0, text = null } = config ?? {};
  const reading = readConfig(oid === undefined ? null : { blob: oid, bytes: byteSize, text });
  return reading.kind === "config" ? reading.config.label : DEFAULT_CONFIG.label;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // A queue that is not JSON stops the observation of every task, with its words; here it is only left alone.
    return undefined;
  }
}
