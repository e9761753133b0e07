/** Measures one rebase attempt by git alone, from the job to the report, beside bare `git rebase` of the same branch. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createTaskServer, run, runWorkflow } from "../runner/task-server.ts";

/** A repository with some history; the project's own unless another is named. */
const SOURCE = process.argv[2] ?? join(import.meta.dirname, "../..");
/** So many commits does the branch have, and so many has the base gone on since. */
const COMMITS = 5;
const BEHIND = 40;

using server = createTaskServer([], { kind: "rebase" });
const clone = join(server.root, "source");
mkdirSync(clone);
run(server.root, "clone", "--quiet", SOURCE, clone);
run(clone, "config", "user.name", "Ann");
run(clone, "config", "user.email", "ann@example.com");
const onto = run(clone, "rev-parse", "HEAD");
run(clone, "checkout", "--quiet", "-B", "gza/7-task", `HEAD~${BEHIND}`);
for (let n = 1; n <= COMMITS; n += 1) {
  writeFileSync(join(clone, `note-${n}.md`), `Note ${n}\n`);
  run(clone, "add", "--all");
  run(clone, "commit", "--quiet", "--message", `Write note ${n}`);
}
const before = run(clone, "rev-parse", "HEAD");
run(clone, "push", "--quiet", "--force", server.bare, `${onto}:refs/heads/main`, "gza/7-task");

const job = {
  ...server.job,
  start: { base: onto, base_branch: "main", head: before, work: null },
  rebase: { pull: { number: 8, title: "Notes", body: "" }, landed: [], shared: false, regenerate: {} },
};
const inputs = server.handOut(JSON.stringify(job));
const attempt = await timed(() => runWorkflow({ ...server, inputs }));
const bare = await timed(() => Promise.resolve(run(clone, "rebase", "--quiet", onto)));
const commits = run(clone, "rev-list", "--count", onto);
console.log(
  `${attempt.result.rebase?.by ?? "no rebase"}, ${attempt.result.end}: ${COMMITS} commits over ${BEHIND}, in a history of ${commits}`,
);
console.log(
  `attempt ${attempt.seconds.toFixed(2)} s, git rebase ${bare.seconds.toFixed(2)} s, ratio ${(attempt.seconds / bare.seconds).toFixed(1)}`,
);

async function timed<T>(work: () => Promise<T>): Promise<{ result: T; seconds: number }> {
  const started = performance.now();
  const result = await work();
  return { result, seconds: (performance.now() - started) / 1000 };
}
