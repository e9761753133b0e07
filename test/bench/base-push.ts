/** Measures what a push to a base costs in requests, with fifty open task pull requests on it: the pass, and the look at each task that it wakes. */
import { createBaseWatch } from "../../src/app/base-watch.ts";
import { testMergesDone } from "../../src/playground/test-merge.ts";
import { fakeClock } from "../app/fake-clock.ts";
import { smallRepository } from "../github/small-repository.ts";
import { changeRecord, look, pushToBase, taskWithPull } from "../github/task-on-branch.ts";

const TASKS = Number(process.argv[2] ?? 50);
const FEW = Math.ceil(TASKS / 10);
const CONFIG = ".github/gza.yml";
const SETTLE = 2000;
const PAUSE = 5000;

await using small = await smallRepository({ [CONFIG]: "label: gza\n" });
const { playground, client, observer, place } = small;
for (let n = 0; n < TASKS; n += 1) {
  const files = { "all.txt": `${n}\n`, [n < FEW ? "few.txt" : `own/${n}.txt`]: `${n}\n` };
  const { issue, pull } = await taskWithPull(small, files);
  const asked = { by: { id: small.adaId, login: "ada" }, at: "2099-01-01T00:00:00Z", how: "label" } as const;
  await changeRecord(small, issue, { phase: "ready", reason: "ready", pull: pull.number, asked });
  await look(small, issue);
}

const clock = fakeClock();
let woken: number[] = [];
const watch = createBaseWatch({
  clientFor: () => Promise.resolve(client),
  key: observer.key,
  clock,
  wake: ({ issue }) => woken.push(issue),
  log: { info: () => undefined, warn: console.warn, error: console.error },
});

/** Twenty pushes in a row, of which the first brings these files; and what is asked of GitHub until all is known. */
async function measure(push: string, files: { [path: string]: string }) {
  await pushToBase(small, files);
  const from = playground.requests().length;
  woken = [];
  for (let times = 0; times < 20; times += 1)
    watch.pushed({ installation: 1, repository: place, branch: "main" });
  for (const pause of [SETTLE, PAUSE, 2 * PAUSE]) {
    clock.advance(pause);
    await watch.idle();
    await testMergesDone(playground.world);
  }
  const passed = playground.requests().length;
  for (const issue of woken) await look(small, issue);
  const requests = playground.requests();
  const count = (list: typeof requests, matches: RegExp): number =>
    list.filter(({ path }) => matches.test(path)).length;
  const pass = requests.slice(from, passed);
  const looks = requests.slice(passed);
  return {
    push,
    Mergeable: count(pass, /^Mergeable$/),
    Tasks: count(pass, /^Tasks$/),
    "GET pulls": count(pass, /\/pulls\/\d+$/),
    pass: pass.length,
    woken: woken.length,
    Snapshot: count(looks, /^Snapshot$/),
    other: looks.length - count(looks, /^Snapshot$/),
    all: pass.length + looks.length,
  };
}

const table = [
  await measure("conflicts with none", { "other.txt": "1\n" }),
  await measure(`conflicts with ${FEW}`, { "few.txt": "theirs\n" }),
  await measure(`the same ${FEW} conflict, merged without a word`, {
    [CONFIG]: "merge: { when: approved }\n",
  }),
  await measure(`conflicts with all ${TASKS}`, { "all.txt": "theirs\n" }),
];
console.log(`${TASKS} open task pull requests with as many records; requests per burst of 20 pushes`);
console.table(table);
