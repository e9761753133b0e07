/** The actions that the playground has in itself, by repository; whatever ref stands behind `@` means the same. */
import type { Execution } from "../steps.ts";
import { checkout } from "./checkout.ts";
import { downloadArtifact } from "./download-artifact.ts";
import { setupNode } from "./setup-node.ts";
import { uploadArtifact } from "./upload-artifact.ts";

export type BuiltIn = (execution: Execution, inputs: Record<string, string>) => Promise<void>;

export const BUILT_IN: ReadonlyMap<string, BuiltIn> = new Map<string, BuiltIn>([
  ["actions/checkout", checkout],
  ["actions/setup-node", setupNode],
  ["actions/upload-artifact", uploadArtifact],
  ["actions/download-artifact", downloadArtifact],
]);
