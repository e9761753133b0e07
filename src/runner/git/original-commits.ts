/** The commits of a branch before its rebase, by what a commit keeps when it is picked: who made it, when, and its first line. */
import { git } from "./git.ts";

export interface OriginalCommit {
  oid: string;
  /** `<name> <<e-mail>> <seconds> <zone>`, as git stores it, in UTF-8. */
  author: string;
  subject: string;
  message: string;
}

/** Oldest first: what `tip` has and none of `not`, which are arguments of `git rev-list`. */
export async function commitsOf(dir: string, tip: string, not: readonly string[]): Promise<OriginalCommit[]> {
  const format = "--format=%H%x00%an <%ae> %ad%x00%s%x00%B";
  const form = ["-z", "--encoding=UTF-8", "--date=raw", "--no-show-signature", "--no-notes", format];
  const output = await git(["log", "--reverse", "--topo-order", ...form, tip, ...not, "--"], { dir });
  const fields = output.split("\0");
  const commits: OriginalCommit[] = [];
  for (let index = 0; index + 3 < fields.length; index += 4) {
    const [oid = "", author = "", subject = "", message = ""] = fields.slice(index, index + 4);
    commits.push({ oid, author, subject, message: `${message.trimEnd()}\n` });
  }
  return commits;
}

/** Of each commit the one that it was picked from. An original counts once, so that nobody is made the author of more than there was. */
export function originalsOf(
  commits: readonly OriginalCommit[],
  originals: readonly OriginalCommit[],
): Map<string, OriginalCommit> {
  const waiting = originals.filter(({ author }) => AUTHOR.test(author));
  const found = new Map<string, OriginalCommit>();
  for (const { oid, author, subject } of commits) {
    const index = waiting.findIndex((one) => one.author === author && one.subject === subject);
    const [original] = index === -1 ? [] : waiting.splice(index, 1);
    if (original !== undefined) found.set(oid, original);
  }
  return found;
}

/** What can be written into a commit as it is. */
const AUTHOR = /^[^<>\n\0]*<[^<>\n\0]*> \d+ [+-]\d{4}$/;
