/** Reads a workflow file: checked by GitHub's own parser, then taken apart into the plain data that the runner follows. */
import { registerHooks } from "node:module";
import { parse } from "yaml";
import { z } from "zod";
import type { EventsConfig, Step as ParsedStep } from "@actions/workflow-parser/model/workflow-template";

// The parser imports its schema as JSON without the import attribute that Node demands.
registerHooks({
  load(url, context, next) {
    const isSchema = url.endsWith(".json") && url.includes("/@actions/");
    return next(url, isSchema ? { ...context, importAttributes: { type: "json" } } : context);
  },
});
const { NoOperationTraceWriter, convertWorkflowTemplate, parseWorkflow } =
  await import("@actions/workflow-parser");

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
/** A mapping of texts, or one expression that gives such a mapping. */
const Texts = z.union([z.string(), z.record(z.string(), Scalar)]);
const Defaults = z.object({
  run: z.object({ shell: z.string().optional(), "working-directory": z.string().optional() }).optional(),
});
const Granted = z.union([z.string(), z.record(z.string(), z.enum(["read", "write", "none"]))]);
const Concurrency = z.union([
  z.string(),
  z.object({ group: z.string(), "cancel-in-progress": z.union([z.boolean(), z.string()]).optional() }),
]);

const Step = z.object({
  id: z.string().optional(),
  name: Scalar.optional(),
  if: Scalar.optional(),
  run: Scalar.optional(),
  uses: z.string().optional(),
  with: Texts.optional(),
  env: Texts.optional(),
  shell: z.string().optional(),
  "working-directory": z.string().optional(),
  "timeout-minutes": z.union([z.number(), z.string()]).optional(),
  "continue-on-error": z.union([z.boolean(), z.string()]).optional(),
});

const Job = z.object({
  name: Scalar.optional(),
  needs: z.union([z.string(), z.array(z.string())]).optional(),
  permissions: Granted.optional(),
  "runs-on": z.unknown().optional(),
  env: Texts.optional(),
  defaults: Defaults.optional(),
  outputs: z.record(z.string(), Scalar).optional(),
  strategy: z
    .object({
      matrix: z.union([z.string(), z.record(z.string(), z.unknown())]).optional(),
      "fail-fast": z.union([z.boolean(), z.string()]).optional(),
      "max-parallel": z.union([z.number(), z.string()]).optional(),
    })
    .optional(),
  "timeout-minutes": z.union([z.number(), z.string()]).optional(),
  "continue-on-error": z.union([z.boolean(), z.string()]).optional(),
  concurrency: z.unknown().optional(),
  container: z.unknown().optional(),
  services: z.unknown().optional(),
  uses: z.string().optional(),
  steps: z.array(Step).optional(),
});

const Workflow = z.object({
  name: Scalar.optional(),
  "run-name": z.string().optional(),
  permissions: Granted.optional(),
  env: Texts.optional(),
  defaults: Defaults.optional(),
  concurrency: Concurrency.optional(),
  jobs: z.record(z.string(), Job),
});

export type Granted = z.infer<typeof Granted>;
export type Texts = z.infer<typeof Texts>;
/** One step; `condition` is its `if` as an expression, with `success()` put in front where no status function is asked. */
export type StepDefinition = z.infer<typeof Step> & { condition: string };
export type JobDefinition = Omit<z.infer<typeof Job>, "steps" | "needs"> & {
  key: string;
  condition: string;
  needs: string[];
  steps: StepDefinition[];
};
export type WorkflowDefinition = Omit<z.infer<typeof Workflow>, "jobs"> & {
  events: EventsConfig;
  jobs: JobDefinition[];
};

/** The file's content, or what GitHub's parser says against it, each with line and column. */
export type ReadWorkflow = { ok: true; definition: WorkflowDefinition } | { ok: false; errors: string[] };

export async function readWorkflow(path: string, text: string): Promise<ReadWorkflow> {
  const parsed = parseWorkflow({ name: path, content: text }, new NoOperationTraceWriter());
  const errors = parsed.context.errors.getErrors().map((error) => error.message);
  if (errors.length > 0 || !parsed.value)
    return { ok: false, errors: errors.length > 0 ? errors : ["the file is empty"] };
  const template = await convertWorkflowTemplate(parsed.context, parsed.value);
  if (template.errors && template.errors.length > 0)
    return { ok: false, errors: template.errors.map((error) => error.Message) };
  const workflow = Workflow.parse(parse(text));
  const jobs = template.jobs.map((job): JobDefinition => {
    const {
      steps = [],
      needs = [],
      ...rest
    } = Workflow.shape.jobs.valueType.parse(workflow.jobs[job.id.value]);
    return {
      ...rest,
      key: job.id.value,
      condition: job.if.expression,
      needs: typeof needs === "string" ? [needs] : needs,
      steps: conditionedSteps(steps, job.type === "job" ? job.steps : []),
    };
  });
  return { ok: true, definition: { ...workflow, events: template.events, jobs } };
}

/** Puts the conditions that the parser made out of each `if` on the steps they belong to. */
export function conditionedSteps(steps: unknown[], parsed: ParsedStep[]): StepDefinition[] {
  return steps.map((raw, index) => ({
    ...Step.parse(raw),
    condition: parsed[index]?.if?.expression ?? "success()",
  }));
}
