/** Which webhooks only repeat what GZA itself did, and that those are not looked at at once. */
import { describe, expect, test } from "vitest";
import { createEchoes, ECHO_MILLISECONDS } from "../../src/app/echo.ts";
import { createIntake } from "../../src/app/take.ts";

const APP = 4;
const GZA = 99;
const ada = { sender: { id: 11 } };
const gza = { sender: { id: GZA } };
const OWN_RUN = { display_title: `gza 7 ${"a".repeat(40)}` };
const CI_RUN = { display_title: "ci" };

function known() {
  const echoes = createEchoes(APP);
  echoes.know(GZA);
  return echoes;
}

test.each([
  ["issue_comment", { action: "created", ...gza }],
  ["issues", { action: "labeled", ...gza }],
  ["pull_request", { action: "opened", ...gza }],
  ["pull_request_review", { action: "submitted", ...gza }],
  ["check_run", { action: "created", check_run: { status: "completed", app: { id: APP } }, ...gza }],
  ["check_run", { action: "created", check_run: { status: "queued", app: { id: 1 } }, ...ada }],
  ["check_suite", { action: "completed", check_suite: {}, ...ada }],
  ["workflow_run", { action: "in_progress", workflow_run: { status: "in_progress", ...OWN_RUN }, ...gza }],
  ["workflow_run", { action: "completed", workflow_run: { status: "completed", ...CI_RUN }, ...ada }],
])("%s %j is an echo", (event, payload) => {
  expect(known().isEcho(event, payload)).toBe(true);
});

test.each([
  ["issue_comment", { action: "created", ...ada }],
  ["pull_request", { action: "closed", ...gza }],
  ["check_run", { action: "completed", check_run: { status: "completed", app: { id: 1 } }, ...gza }],
  ["check_run", { action: "completed", ...gza }],
  ["workflow_run", { action: "completed", workflow_run: { status: "completed", ...OWN_RUN }, ...gza }],
  ["workflow_run", { action: "completed", ...gza }],
  ["issues", { action: "labeled" }],
  ["issues", null],
])("%s %j is news", (event, payload) => {
  expect(known().isEcho(event, payload)).toBe(false);
});

test("nothing is an echo before GZA knows who it is", () => {
  expect(createEchoes(APP).isEcho("issues", gza)).toBe(false);
});

describe("the intake", () => {
  const envelope = {
    installation: { id: 3 },
    repository: { id: 5, name: "engine", owner: { login: "ada" } },
  };

  function taking() {
    const woken: string[] = [];
    const intake = createIntake({
      clientFor: () => Promise.reject(new Error("nothing is asked of GitHub here")),
      wake: ({ issue }) => woken.push(`${issue} now`),
      wakeLater: ({ issue }, milliseconds) => woken.push(`${issue} in ${milliseconds}`),
      echoes: known(),
      pushed: ({ branch }) => woken.push(`${branch} pushed`),
      leave: () => undefined,
      expire: () => Promise.resolve(),
      answerGroup: () => Promise.resolve(),
      answerPeople: () => Promise.resolve(),
      sweepInstallation: () => Promise.resolve(),
      sweepRepository: () => Promise.resolve(),
      log: { error: () => undefined, warn: () => undefined },
    });
    return { intake, woken };
  }

  test("looks at news at once, at echoes later", () => {
    const { intake, woken } = taking();

    intake.take("issues", { ...envelope, issue: { number: 7 }, ...ada });
    intake.take("issues", { ...envelope, issue: { number: 8 }, ...gza });
    intake.take("push", { ...envelope, ref: "refs/heads/gza/9-fix", ...gza });
    intake.take("push", { ...envelope, ref: "refs/heads/main", ...gza });

    expect(woken).toEqual(["7 now", `8 in ${ECHO_MILLISECONDS}`, `9 in ${ECHO_MILLISECONDS}`, "main pushed"]);
  });
});
