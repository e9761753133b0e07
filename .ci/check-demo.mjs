/** Reads the last line of a demo's scenario from standard input and holds it to what the README promises of it. */
import { text } from "node:stream/consumers";

const { tasks, requests, seconds } = JSON.parse(await text(process.stdin));
const faults = [];
for (const task of tasks) {
  if (!task.merged || task.phase !== "done")
    faults.push(`issue #${task.issue} is ${task.phase}, ${task.reason}`);
}
const attempts = tasks.flatMap((task) => task.attempts);
const count = (kind) => attempts.filter((attempt) => attempt.kind === kind).length;

const SCENARIOS = {
  tasks() {
    if (tasks.length !== 3) faults.push(`there are ${tasks.length} tasks`);
    // A third of it on a quiet machine; others are slower, and each attempt opens a sandbox of its own.
    if (seconds > 300) faults.push(`it took ${seconds} seconds`);
    if (count("improve") !== 3) faults.push("not three improve attempts");
    const third = (tasks[2]?.attempts ?? []).map(({ how, end }) => `${how} ${end}`).join(", ");
    if (third !== "first max_turns, resume max_turns, retry completed, first completed")
      faults.push(`the third task went: ${third}`);
    if (requests.content > 5 * attempts.length) faults.push(`the app wrote ${requests.content} times`);
  },
  conflicts() {
    if (tasks.length !== 5) faults.push(`there are ${tasks.length} tasks`);
    const rebases = attempts.filter(({ kind }) => kind === "rebase");
    if (rebases.some(({ end }) => end !== "completed")) faults.push("a rebase did not get through");
    if (rebases.length < 4 || rebases.length > 10) faults.push(`there were ${rebases.length} rebases`);
    if (!rebases.some(({ turns }) => turns === 0)) faults.push("none was made by git alone");
    if (!rebases.some(({ turns }) => turns > 0)) faults.push("none needed an agent");
  },
};

SCENARIOS[process.argv[2] ?? "tasks"]();
if (faults.length > 0) {
  console.error(`The demo is not as it should be: ${faults.join("; ")}`);
  process.exit(1);
}
console.log(`The demo merged ${tasks.length} in ${seconds} seconds, with ${count("rebase")} rebases.`);
