/** Keeps what git found out about objects by their full names: such an answer is true for ever, and the same is asked again and again. */
import type { Repository } from "../model/world.ts";

/** Answers a repository; the oldest go first. */
const LIMIT = 5000;

const known = new WeakMap<Repository, Map<string, Promise<unknown>>>();

/** `find`, unless the same `question` about the same oids was answered before. What fails, or was asked about other names, is not kept. */
export function remembered<T>(
  repository: Repository,
  { question, oids }: { question: string; oids: readonly string[] },
  find: () => Promise<T>,
): Promise<T> {
  if (!oids.every((oid) => /^[0-9a-f]{40}$/.test(oid))) return find();
  const answers = known.get(repository) ?? new Map<string, Promise<unknown>>();
  known.set(repository, answers);
  const key = [question, ...oids].join(" ");
  const before = answers.get(key);
  // The question says which kind of answer it has.
  if (before !== undefined) return before as Promise<T>;
  const answer = find();
  answers.set(key, answer);
  answer.catch(() => answers.delete(key));
  for (const oldest of answers.keys()) {
    if (answers.size <= LIMIT) break;
    answers.delete(oldest);
  }
  return answer;
}
