/** Every agent's real program does a whole task: from the label to a reviewed pull request, in the sandbox, through the gateway, with a scripted model. */
import { describe, expect, it } from "vitest";
import { taskRef } from "../../src/domain/names.ts";
import { Receipt } from "../../src/domain/receipt.ts";
import { installedVersion } from "../../src/runner/agents/install.ts";
import { SECRETS } from "../../src/runner/attempt/model-access.ts";
import { agentStory } from "../agents/agent-story.ts";
import { installed } from "../agents/installed.ts";
import { priceOf } from "../agents/prices.ts";
import { VOICES } from "../agents/voices.ts";
import { allThatLeft } from "../attacks/all-that-left.ts";
import { hasBubblewrap } from "../runner/sandbox/opened.ts";
import { twice } from "./world.ts";

const FOLDERS = Object.fromEntries(
  await Promise.all(Object.keys(VOICES).map(async (name) => [name, await installed(name)] as const)),
);
const isConfined = await hasBubblewrap();
if (!isConfined) console.error("bubblewrap is not here: the whole tasks of real agents are left out");

const USAGE = { input: 60_000, cached: 20_000, output: 5000 };
/** What an agent can see of the machine, brought out as hostile agents would. */
const LOOK = "{ env; cat /proc/[0-9]*/environ | tr '\\0' '\\n'; } > seen.txt";
const COMMIT = "git add -A && git commit -qm 'Show the engine'";
const REVIEW = {
  summary: "It shows the engine.",
  findings: [{ severity: "followup", title: "The title is short", path: "README.md", line: 1 }],
};

describe.each(Object.entries(VOICES))("%s", (name, voice) => {
  const folder = FOLDERS[name] ?? "";

  it.runIf(isConfined && folder !== "")(
    "does a task, reviews it, and says so when its key is wrong",
    async () => {
      const work = [
        ...voice.edit("README.md", "# Engine", "# Show"),
        { calls: [voice.run(`${LOOK}; ${COMMIT}`)] },
        { text: "All is done." },
      ];
      const look = [{ calls: [voice.run("cat README.md")] }, { text: JSON.stringify(REVIEW) }];
      const answers = [...work, ...look].map((answer) => ({ ...answer, usage: USAGE }));
      await using world = await agentStory(voice, {
        answers: [...answers, { status: 401, word: "authentication_error" }],
      });
      const { from, model, search } = world;

      const issue = await from.ask();
      const ready = await from.until(issue, ({ phase }) => phase === "ready");
      await from.settle();
      const asked = [...model.asked];
      const refused = await from.ask("Write another note");
      const parked = await from.until(refused, ({ phase }) => phase === "parked");
      await from.settle();

      const { branch, pull, attempts, head } = ready;
      const own = `main..${branch}`;
      expect(attempts.map(({ kind, end }) => `${kind} ${end}`)).toEqual([
        "implement completed",
        "review completed",
      ]);
      expect(from.git("log", "--format=%s by %an", own)).toBe("Show the engine by GZA");
      expect(from.git("diff", "--name-only", `main...${branch}`)).toBe("README.md\nseen.txt");
      expect(from.git("show", `${branch}:README.md`)).toBe("# Show");
      expect(from.git("show", `${branch}:seen.txt`)).toContain("HTTPS_PROXY=");

      const version = await installedVersion(folder);
      const costs = [work.length, look.length].map((count) => count * priceOf(voice.model, USAGE));
      const receipt = Receipt.parse(JSON.parse(from.git("show", `${taskRef(issue)}:receipt.json`)));
      const shown = from.issue(pull ?? 0).body ?? "";
      expect(receipt.attempts.map(({ told }) => told)).toEqual([
        expect.objectContaining({ sandbox: "bubblewrap", agent: { name, version, model: voice.model } }),
        expect.objectContaining({ sandbox: "bubblewrap", agent: { name, version, model: voice.model } }),
      ]);
      expect(receipt.attempts.map(({ usd }) => usd?.toFixed(2))).toEqual(costs.map((usd) => usd.toFixed(2)));
      for (const usd of costs) expect(shown).toContain(`, $${usd.toFixed(2)}.`);
      expect(shown).toContain(`${name} ${version} ${voice.model}, in bubblewrap`);

      expect(ready.verdict).toMatchObject({ head, value: "approved_with_followups" });
      expect(
        from
          .issue(pull ?? 0)
          .pull?.reviews.map(({ body }) => body)
          .join(),
      ).toContain("The title is short");
      const checks = from.repository.checks.filter(({ headSha }) => headSha === head);
      expect(checks.map((check) => [check.name, check.conclusion])).toContainEqual([
        "gza / review",
        "success",
      ]);
      expect(twice(from, issue)).toEqual([]);

      expect(parked).toMatchObject({ reason: "provider_refused", spent: { attempts: 1 } });
      const secret = SECRETS[voice.protocol];
      const words = `for the model "${voice.model}" with the secret ${secret}.`;
      expect(from.said(refused).at(-1)).toContain(words);
      expect(from.said(refused).at(-1)).toMatch(/answered 401.*\n\nCheck the key.*`\/gza retry`/s);

      expect(asked).toHaveLength(answers.length);
      for (const { headers, body } of model.asked) {
        expect(search.traces(JSON.stringify(headers))).toEqual([secret]);
        expect(search.traces(JSON.stringify(body))).toEqual([]);
      }
      const left = allThatLeft(from);
      expect(left.filter(({ bytes }) => search.traces(bytes).length > 0).map(({ where }) => where)).toEqual(
        [],
      );
      expect(left.map(({ where }) => where)).toContain("artifact agent.log");
    },
  );
});
