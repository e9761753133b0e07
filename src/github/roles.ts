/** Asks for people's roles on a repository, at the moment when their word counts. */
import { z } from "zod";
import { ROLES, type Role, type Snapshot } from "../domain/snapshot.ts";
import { isLiving } from "../domain/record.ts";
import type { Actor, Instant } from "../domain/task.ts";
import type { Client, RepositoryKey } from "./client.ts";
import { statusOf } from "./failure.ts";

const Permission = z.looseObject({
  permission: z.string(),
  role_name: z.string().optional(),
  user: z.looseObject({ id: z.number() }).nullable(),
});

/** The role of each, of `known` ones as it was told before; who is unknown there has `none`. A failing answer is an error, never a guess. */
export async function rolesOf(
  client: Client,
  repository: RepositoryKey,
  { people, known = new Map() }: { people: readonly Actor[]; known?: Map<number, Role> | undefined },
): Promise<ReadonlyMap<number, Role>> {
  const distinct = new Map(people.map((person) => [person.id, person]));
  await Promise.all(
    [...distinct.values()]
      .filter(({ id }) => !known.has(id))
      .map(async (person) => known.set(person.id, await roleOf(client, repository, person))),
  );
  return new Map([...known].filter(([id]) => distinct.has(id)));
}

/** Whose word may count in this snapshot. Bots have none. */
export function peopleToAsk(snapshot: Omit<Snapshot, "roles">, bots: ReadonlySet<number>): Actor[] {
  const { issue, record, comments } = snapshot;
  const known = record.kind === "record" ? record.record : null;
  const lastLabel = issue.labelled.at(-1);
  const people: (Actor | null)[] = [];
  if (lastLabel && (known === null || lastLabel.at > known.asked.at)) people.push(lastLabel.by);
  if (known !== null && isLiving(known)) people.push(...givers(snapshot.pull, known.seen.feedback ?? ""));
  const isAnswer = known?.phase === "parked" && known.reason === "question";
  for (const comment of comments) {
    if (isAnswer || /^\s*\/gza\b/i.test(comment.body)) people.push(comment.by);
  }
  // Whose text it is counts only once somebody has asked, and until work on it has begun.
  const isBeginning =
    known === null ? people.length > 0 : known.attempt === null && known.spent.attempts === 0;
  if (isBeginning) {
    people.push(issue.author, issue.edited?.by ?? null);
  }
  return people.filter((person) => person !== null).filter(({ id }) => !bots.has(id));
}

/** People who may have given feedback since the last that was taken up. */
function givers(pull: Snapshot["pull"], since: Instant): (Actor | null)[] {
  const last = (pull?.threads ?? [])
    .filter(({ isResolved }) => !isResolved)
    .flatMap(({ comments }) => comments.at(-1) ?? []);
  const said = [...last.filter(({ isMine }) => !isMine), ...(pull?.reviews ?? [])];
  return said.filter(({ isBot, at }) => !isBot && at > since).map(({ by }) => by);
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
