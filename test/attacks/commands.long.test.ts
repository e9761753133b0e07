/** Family B: text that a shell, an expression or the runner would obey. In a real workflow run it stays text, whoever wrote it and wherever it stands. */
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBubblewrap } from "../runner/sandbox/opened.ts";
import { CONFIG, hostileStory, type HostileStory } from "./hostile-story.ts";

/** Where whatever is obeyed outside the sandbox leaves a file. */
const PROOF = mkdtempSync(join(tmpdir(), "proof-"));

const TITLE = `Note $(touch ${PROOF}/B1) \${{ secrets.GEMINI_API_KEY }} ; touch ${PROOF}/B2`;
const BODY = `--upload-pack=touch ${PROOF}/B3\n\n'; touch ${PROOF}/B3; '\n`;
const COMMENT = `"; touch ${PROOF}/B4; "\n\nGITHUB_ENV<<EOF\nB4=\${{ github.token }}\nEOF\n`;

/** What \`verify\` prints goes into the step's log line by line. */
const PRINTED = [
  "::set-output name=superseded::true",
  "::set-env name=B6::obeyed",
  "::add-path::/evil",
  "::error file=README.md,line=1::obeyed B7",
  "##[error]obeyed B8",
  "##[set-output name=superseded;]true",
  "::stop-commands::mine",
  "::mine::",
  "::add-mask::Note",
  "first\r::error::obeyed B9",
  "\u001b[1A::error::obeyed B9",
  "  ::error::obeyed B9",
  "::save-state name=B10::obeyed",
];

const NAMES = [
  `$(touch B12)`,
  "-rf",
  "--upload-pack=touch B12",
  "; touch B12 #",
  "`touch B12`",
  "${{ github.token }}",
];

const STEPS = [
  { write: { path: "verify.sh", content: PRINTED.map((line) => `printf '%s\\n' '${line}'`).join("\n") } },
  {
    run: [
      "for name in GITHUB_ENV GITHUB_OUTPUT GITHUB_PATH GITHUB_STATE GITHUB_STEP_SUMMARY; do",
      '  echo "$name=${!name}" >> files.txt',
      '  echo "superseded=true" >> "${!name:-$name}"',
      "done; rm -f GITHUB_*",
    ].join("\n"),
  },
  ...NAMES.map((name) => ({ write: { path: `names/${name}`, content: "x\n" } })),
  {
    run: [
      "git add -A",
      `git commit -qm 'Write $(touch ${PROOF}/B11) and \${{ github.token }}'`,
      `git update-ref 'refs/heads/--upload-pack=touch' HEAD`,
      `git update-ref 'refs/heads/$(touch,B13)' HEAD`,
      "git tag -- '--exec=touch' || git update-ref refs/tags/--exec=touch HEAD",
      `git config core.sshCommand 'touch ${PROOF}/B13'`,
      `git config remote.origin.url 'ext::touch ${PROOF}/B13'`,
      `git config alias.push '!touch ${PROOF}/B13'`,
    ].join("; "),
  },
  { say: `It is done. $(touch ${PROOF}/B14) \${{ github.token }}\n::error::obeyed B14\n` },
];

describe.skipIf(!(await hasBubblewrap()))("text is not obeyed", () => {
  let world: HostileStory;
  let branch: string;
  beforeAll(async () => {
    world = await hostileStory(() => ({ 1: { implement: STEPS } }));
    const { from } = world;
    await from.push(".github/gza.yml", `${CONFIG}verify: sh verify.sh\n`);
    await from.begin();
    const where = { owner: "ada", repo: "engine" };
    const { data } = await from.ada.rest.issues.create({ ...where, title: TITLE, body: BODY });
    await from.say(data.number, COMMENT);
    await from.ada.rest.issues.addLabels({ ...where, issue_number: data.number, labels: ["gza"] });
    branch = (await from.until(1, ({ phase }) => phase === "ready")).branch ?? "";
  }, 600_000);
  afterAll(async () => {
    await world[Symbol.asyncDispose]();
    rmSync(PROOF, { recursive: true, force: true });
  });

  function jobs() {
    return world.from.runs().flatMap((run) => run.jobs);
  }

  function pull() {
    return world.from.issue(world.from.record(1)?.pull ?? 0);
  }

  it.each(["B1 in an issue's title", "B2 behind a semicolon", "B3 in an issue's body", "B4 in a comment"])(
    "%s, by a shell",
    (name) => {
      expect(readdirSync(PROOF).filter((file) => name.startsWith(file))).toEqual([]);
      expect(pull().title).toContain(`$(touch ${PROOF}/B1)`);
    },
  );

  it("B5 as an expression: it is shown as it is", () => {
    expect(pull().title).toContain("${{ secrets.GEMINI_API_KEY }}");
    expect(world.leaks()).toEqual([]);
  });

  it.each([
    ["B6 as outputs and variables of the step", () => jobs().map(({ outputs }) => outputs["superseded"])],
  ])("%s", (_, outputs) => {
    expect(outputs()).toEqual(["false", undefined]);
  });

  it.each([
    "B7 as an error",
    "B8 as an error of the old form",
    "B9 behind a carriage return, an escape or spaces",
  ])("%s, by the runner", () => {
    const marks = world.from.repository.checks.flatMap(({ annotations }) => annotations);

    expect(marks).toEqual([]);
    expect(jobs().map(({ conclusion }) => conclusion)).toEqual(["success", "success"]);
  });

  it("B10 as a word that ends the runner's deafness or hides what others print", () => {
    const [agent] = jobs();

    expect(agent?.summary).toContain("implement, attempt 1: completed");
    expect(pull().title).toContain("Note");
    expect(pull().title).not.toContain("***");
  });

  it("B11 in a commit's message", () => {
    expect(world.from.git("log", "-1", "--format=%s", branch)).toBe(
      `Write $(touch ${PROOF}/B11) and \${{ github.token }}`,
    );
  });

  it("B12 in names of files", () => {
    const names = world.from.git("ls-tree", "-z", "--name-only", `${branch}:names`).split("\0");

    expect(names.filter((name) => name !== "").toSorted()).toEqual(NAMES.toSorted());
  });

  it("B13 in refs and settings of the clone", () => {
    const refs = world.from.git("for-each-ref", "--format=%(refname)", "refs/heads", "refs/tags");

    expect(refs.split("\n").toSorted()).toEqual([`refs/heads/${branch}`, "refs/heads/main"].toSorted());
  });

  it("B14 in the agent's last words, nor is anything else outside the sandbox", () => {
    expect(readdirSync(PROOF)).toEqual([]);
    expect(
      jobs()
        .flatMap(({ summary }) => summary)
        .join(),
    ).toContain("$(touch");
    expect(world.from.git("show", `${branch}:files.txt`)).toBe(
      ["ENV", "OUTPUT", "PATH", "STATE", "STEP_SUMMARY"].map((name) => `GITHUB_${name}=`).join("\n"),
    );
  });
});
