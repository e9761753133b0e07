/** Asks for people's roles on a repository, at the moment when their word counts. */
import { z } from "zod";
import { parseCommand } from "../domain/command.ts";
import { isLiving, type Record } from "../domain/record.ts";
import {
  isListedBot,
  mayWrite,
  ROLES,
  type IssueFacts,
  type Role,
  type Snapshot,
} from "../domain/snapshot.ts";
import type { Actor, Instant } from "../domain/task.ts";
import type { Client, RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";

const Permission = z.looseObject({
  permission: z.string(),
  role_name: z.string().optional(),
  user: z.looseObject({ id: z.number() }).nullable(),
});

/** People whose comments an agent may get to read; more are not asked for. */
const MAX_SPEAKERS = 10;

/**
 * The roles of all whose word may count in this snapshot, as far as they are not among `known`. Those whose text goes into the brief
 * are asked for only when somebody who may has asked for a task.
 */
export async function readRoles(
  client: Client,
  repository: RepositoryKey,
  {
    snapshot,
    known = new Map(),
  }: { snapshot: Omit<Snapshot, "roles">; known?: Map<number, Role> | undefined },
): Promise<ReadonlyMap<number, Role>> {
  const { askers, others } = voices(snapshot);
  const first = peopleIn(snapshot, [...askers, ...others]);
  const roles = await rolesOf(client, repository, { people: first, known });
  if (!askers.some((asker) => mayWrite({ ...snapshot, roles }, asker))) return roles;
  const { author, edited } = snapshot.issue;
  const people = peopleIn(snapshot, [
    ...askers,
    ...others,
    ...speakers(snapshot),
    author,
    edited?.by ?? null,
  ]);
  return rolesOf(client, repository, { people, known });
}

/** Who may be asking for a task, and whose word may count beside. */
function voices(snapshot: Omit<Snapshot, "roles">): { askers: (Actor | null)[]; others: (Actor | null)[] } {
  const { issue, record, comments } = snapshot;
  const known = record.kind === "record" ? record.record : null;
  const label = issue.labelled.at(-1);
  const askers: (Actor | null)[] = [];
  const others: (Actor | null)[] = [];
  if (label?.on && (known === null || label.at > known.asked.at)) askers.push(label.by);
  const isAnswer = known?.phase === "parked" && known.reason === "question";
  for (const { by, body, edited } of comments) {
    const command = edited === null ? parseCommand(body) : null;
    if (command?.kind === "run") askers.push(by);
    else if (command !== null || isAnswer) others.push(by);
  }
  if (known === null) return { askers, others };
  if (isLiving(known)) others.push(...givers(snapshot.pull, known.seen.feedback ?? ""));
  if (isChanged(issue, known)) others.push(issue.author, issue.edited?.by ?? null);
  return { askers, others };
}

/** Bots have no role; whose word counts all the same stands in the config. */
function peopleIn(snapshot: Omit<Snapshot, "roles">, actors: (Actor | null)[]): Actor[] {
  const said = [...snapshot.comments, ...snapshot.discussion];
  const bots = new Set(said.filter(({ isBot }) => isBot).map(({ by }) => by?.id));
  return actors
    .filter((actor) => actor !== null)
    .filter((actor) => !bots.has(actor.id) && !isListedBot(snapshot, actor));
}

function isChanged({ edited }: IssueFacts, record: Record): boolean {
  const { asked, attempt, attempts } = record;
  const isAttempted = [...attempts, ...(attempt ? [attempt] : [])].some(({ claimed }) => claimed >= asked.at);
  return !isAttempted && edited !== null && edited.at > asked.at;
}

/** Whose words go into the brief if they may write: the newest. */
function speakers({ discussion }: Omit<Snapshot, "roles">): Actor[] {
  const spoke = new Map<number, Actor>();
  for (const { by, isBot, body } of discussion.toReversed()) {
    if (by !== null && !isBot && parseCommand(body) === null) spoke.set(by.id, by);
  }
  return [...spoke.values()].slice(0, MAX_SPEAKERS);
}

/** People who may have given feedback since the last that was taken up. */
function givers(pull: Snapshot["pull"], since: Instant): (Actor | null)[] {
  const last = (pull?.threads ?? [])
    .filter(({ isResolved }) => !isResolved)
    .flatMap(({ comments }) => comments.at(-1) ?? []);
  const said = [...last.filter(({ isMine }) => !isMine), ...(pull?.reviews ?? [])];
  return said.filter(({ isBot, at }) => !isBot && at > since).map(({ by }) => by);
}

/** The role of each, of `known` ones as it was told before; who is unknown there has `none`. A failing answer is an error, never a guess. */
async function rolesOf(
  client: Client,
  repository: RepositoryKey,
  { people, known }: { people: readonly Actor[]; known: Map<number, Role> },
): Promise<ReadonlyMap<number, Role>> {
  const distinct = new Map(people.map((person) => [person.id, person]));
  await Promise.all(
    [...distinct.values()]
      .filter(({ id }) => !known.has(id))
      .map(async (person) => known.set(person.id, await roleOf(client, repository, person))),
  );
  return new Map([...known].filter(([id]) => distinct.has(id)));
}

/** https://docs.github.com/en/rest/collaborators/collaborators#get-repository-permissions-for-a-user: `role_name` may be an organisation's own word, then `permission` counts. */
async function roleOf(client: Client, { owner, name }: RepositoryKey, person: Actor): Promise<Role> {
  try {
    const response = await client.request("GET /repos/{owner}/{repo}/collaborators/{username}/permission", {
      owner,
      repo: name,
      username: person.login,
    });
    const answer = Permission.parse(response.data);
    if (answer.user?.id !== person.id) return "none";
    return asRole(answer.role_name) ?? asRole(answer.permission) ?? "none";
  } catch (error) {
    if (statusOf(error) === 404) return "none";
    throw error;
  }
}

function asRole(word: string | undefined): Role | undefined {
  return ROLES.find((role) => role === word);
}
