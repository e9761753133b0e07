/** Fills the template of GZA's workflow file in with the action to use. */

/** The line of the template that is filled in, wherever it stands. */
const PLACEHOLDER = /gza-app\/gza\/action@0{40} # filled in by `gza workflow`/g;

/** One per step: prepare, agent, publish. */
const PLACES = 3;

/** Both workflow jobs. */
const MACHINE = "runs-on: ubuntu-24.04\n";

/**
 * The two actions for artifacts, and the newest that GitHub Enterprise Server has of them
 * (https://github.com/actions/upload-artifact#v4---whats-new). Those replace what is there already, and know no `overwrite`.
 */
const ARTIFACT_ACTION = /(actions\/(?:up|down)load-artifact)@[0-9a-f]{40} # v[\d.]+/g;
const OLDER_ARTIFACT_ACTION = "$1@v3-node20";
const OVERWRITE = "          overwrite: true\n";

export interface WorkflowAction {
  /** `owner/name`, or `owner/name/path` where the action's `action.yml` is not in the repository's top folder. */
  repository: string;
  /** Full commit id: tags can be moved. */
  sha: string;
  /** Labels of the machines that both workflow jobs run on; left out, GitHub's own. */
  runsOn?: string[] | undefined;
  /** For GitHub Enterprise Server. */
  isEnterpriseServer?: boolean | undefined;
}

/** The text of `.github/workflows/gza.yml` for a repository that uses that action. Throws when template or action cannot be right. */
export function workflowFor(template: string, uses: WorkflowAction): string {
  if (!/^[\w.-]+\/[\w.-]+(?:\/[\w.-]+)*$/.test(uses.repository)) {
    throw new Error(`"${uses.repository}" is no action; write it as owner/name or owner/name/path`);
  }
  if (!/^[0-9a-f]{40}$/.test(uses.sha)) {
    const found =
      uses.sha === ""
        ? "there is no @ with a commit id behind the action"
        : `"${uses.sha}" is no full commit id`;
    throw new Error(
      `${found}; write owner/name/path@commit with its 40 hexadecimal digits, as \`npm run release\` prints it`,
    );
  }
  const odd = uses.runsOn?.find((label) => !/^[\w.-]+$/.test(label));
  if (odd !== undefined)
    throw new Error(`"${odd}" is no label of a runner; write letters, digits, dots and dashes`);
  const found = template.match(PLACEHOLDER)?.length ?? 0;
  if (found !== PLACES) {
    throw new Error(
      `the workflow template has ${found} of ${PLACES} lines to fill in (uses: gza-app/gza/action@${"0".repeat(40)}); take the template of this release`,
    );
  }
  const filled = template.replace(PLACEHOLDER, `${uses.repository}@${uses.sha}`);
  const placed = uses.runsOn ? filled.replaceAll(MACHINE, `runs-on: [${uses.runsOn.join(", ")}]\n`) : filled;
  return uses.isEnterpriseServer
    ? placed.replace(ARTIFACT_ACTION, OLDER_ARTIFACT_ACTION).replace(OVERWRITE, "")
    : placed;
}
