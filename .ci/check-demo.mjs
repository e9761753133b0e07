/** Reads the demo's last line from standard input and holds it to what the README promises. */
import { text } from "node:stream/consumers";

const { tasks, requests, seconds } = JSON.parse(await text(process.stdin));
const faults = [];
for (const task of tasks) {
  if (!task.merged || task.phase !== "done")
    faults.push(`issue #${task.issue} is ${task.phase}, ${task.reason}`);
}
if (tasks.length !== 3) faults.push(`there are ${tasks.length} tasks`);
// Half of it on a quiet machine; others are slower.
if (seconds > 150) faults.push(`it took ${seconds} seconds`);
const attempts = tasks.flatMap((task) => task.attempts);
if (attempts.filter(({ kind }) => kind === "improve").length !== 3) faults.push("not three improve attempts");
const third = (tasks[2]?.attempts ?? []).map(({ how, end }) => `${how} ${end}`).join(", ");
if (third !== "first max_turns, resume max_turns, retry completed, first completed")
  faults.push(`the third task went: ${third}`);
if (requests.content > 5 * attempts.length) faults.push(`the app wrote ${requests.content} times`);
if (faults.length > 0) {
  console.error(`The demo is not as it should be: ${faults.join("; ")}`);
  process.exit(1);
}
console.log(`The demo merged ${tasks.length} in ${seconds} seconds.`);
