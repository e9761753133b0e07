/** `actions/download-artifact`: brings back what an earlier job of the same run has uploaded. */
import { cp, mkdir } from "node:fs/promises";
import { join, matchesGlob, resolve } from "node:path";
import { StepFailure } from "../step-failure.ts";
import type { Execution } from "../steps.ts";

export async function downloadArtifact(execution: Execution, inputs: Record<string, string>): Promise<void> {
  const { session, outputs } = execution;
  const { run } = session.live;
  const { name = "", path = "", pattern } = inputs;
  const other = inputs["run-id"];
  if (other !== undefined && other !== String(run.id))
    throw new StepFailure("The playground does not play actions/download-artifact from another run");
  const target = resolve(session.folders.workspace, path);
  const wanted = run.artifacts.filter((artifact) =>
    name === "" ? pattern === undefined || matchesGlob(artifact.name, pattern) : artifact.name === name,
  );
  if (name !== "" && wanted.length === 0)
    throw new StepFailure(
      `Unable to download artifact(s): Artifact not found for name: ${name}\n        Please ensure that your artifact is not expired and the artifact was uploaded using a compatible version of toolkit/upload-artifact.`,
    );
  await mkdir(target, { recursive: true });
  for (const artifact of wanted) {
    const merged = name !== "" || inputs["merge-multiple"] === "true";
    await cp(artifact.directory, merged ? target : join(target, artifact.name), { recursive: true });
    session.log.write(`Artifact ${artifact.name} (${artifact.size} bytes) downloaded`);
  }
  outputs["download-path"] = target;
}
