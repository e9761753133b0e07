/** What a step of the action is told: its inputs and the facts that GitHub Actions gives every step, read once. */
import { join } from "node:path";
import { z } from "zod";
import { Sha } from "../domain/task.ts";

/** How the `agent` workflow job ended, as `needs.agent.result` says it. */
export const AgentResult = z.enum(["success", "failure", "cancelled", "skipped"]);
export type AgentResult = z.infer<typeof AgentResult>;

const Values = z.object({
  INPUT_STEP: z.enum(["prepare", "agent", "publish"]),
  INPUT_TASK: z.coerce.number().int().positive(),
  INPUT_ATTEMPT: Sha,
  INPUT_TOKEN: z.string().default(""),
  "INPUT_AGENT-RESULT": z.union([AgentResult, z.literal("")]).default(""),
  GITHUB_SERVER_URL: z.url(),
  GITHUB_REPOSITORY: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  GITHUB_REPOSITORY_ID: z.coerce.number().int().positive(),
  GITHUB_WORKSPACE: z.string().min(1),
  RUNNER_TEMP: z.string().min(1),
});

export interface Inputs {
  step: "prepare" | "agent" | "publish";
  /** Issue number. */
  task: number;
  /** J: the commit that carries `job.json`. */
  job: string;
  /** The workflow job's own token; null where the step needs none. */
  token: string | null;
  agentResult: AgentResult | null;
  server: string;
  /** Where git finds the repository. */
  remote: string;
  repositoryId: number;
  /** The agent's clone. */
  clone: string;
  /** The runner's own working folder, outside the clone. */
  temp: string;
  /** What the agent's workflow job leaves for the publisher. */
  handOver: string;
}

/** Throws and names the input or variable that is wrong; the workflow file is what has to be mended then. */
export function readInputs(environment: Record<string, string | undefined>): Inputs {
  const parsed = Values.safeParse(environment);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const name = String(issue?.path[0] ?? "").replace(
      /^INPUT_(.*)$/,
      (_, input: string) => `the input "${input.toLowerCase()}"`,
    );
    throw new Error(
      `${name} of this step is missing or wrong (${issue?.message ?? "unreadable"}); compare .github/workflows/gza.yml with its template`,
    );
  }
  const values = parsed.data;
  const temp = join(values.RUNNER_TEMP, "gza");
  return {
    step: values.INPUT_STEP,
    task: values.INPUT_TASK,
    job: values.INPUT_ATTEMPT,
    token: values.INPUT_TOKEN === "" ? null : values.INPUT_TOKEN,
    agentResult: values["INPUT_AGENT-RESULT"] === "" ? null : values["INPUT_AGENT-RESULT"],
    server: values.GITHUB_SERVER_URL,
    remote: `${values.GITHUB_SERVER_URL.replace(/\/$/, "")}/${values.GITHUB_REPOSITORY}.git`,
    repositoryId: values.GITHUB_REPOSITORY_ID,
    clone: join(values.GITHUB_WORKSPACE, "repository"),
    temp,
    handOver: join(temp, "hand-over"),
  };
}
