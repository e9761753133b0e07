/** How a step says that it did not succeed. */

/** The message is what the step's log and annotation say. An empty one has been said already. */
export class StepFailure extends Error {
  override name = "StepFailure";
}
