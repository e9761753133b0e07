/** What maven and gradle read in the scratch home, so that their repositories are mirrors of the gateway. */
import type { ConfiguredRegistry } from "./registries.ts";

/** A registry with the address of its mirror, which has no slash at the end. */
export interface Mirrored {
  registry: ConfiguredRegistry;
  mirror: string;
}

/** Repositories by their ids, and all others at the default's mirror. */
export function mavenSettings(mirrored: readonly Mirrored[]): string {
  const byId = mirrored.flatMap(({ registry, mirror }) => registry.names.map((id) => ({ id, mirror })));
  const main = mirrored.find(({ registry }) => registry.isDefault);
  const all = [...byId, ...(main === undefined ? [] : [{ id: "*", mirror: main.mirror }])];
  const mirrors = all.map(
    ({ id, mirror }, index) =>
      `    <mirror><id>gza-${index}</id><mirrorOf>${escaped(id)}</mirrorOf><url>${mirror}</url></mirror>`,
  );
  return `<settings>\n  <mirrors>\n${mirrors.join("\n")}\n  </mirrors>\n</settings>\n`;
}

/** Turns the repositories of a build to their mirrors by their addresses; one that has none stays, and is refused. */
export function gradleScript(mirrored: readonly Mirrored[]): string {
  const pairs = mirrored.flatMap(({ registry, mirror }) =>
    [registry.base, ...(registry.isDefault ? CENTRAL : [])].map(
      (base) => `  ${quoted(base)}: ${quoted(mirror)}`,
    ),
  );
  const plugins = mirrored.find(({ registry }) => registry.names.includes("plugins"));
  const first =
    plugins === undefined
      ? ""
      : `beforeSettings { settings ->
  settings.pluginManagement.repositories { maven { url = ${quoted(plugins.mirror)}; allowInsecureProtocol = true } }
}
`;
  return `def mirrors = [
${pairs.join(",\n")}
]
def turn = { repositories ->
  repositories.withType(MavenArtifactRepository).configureEach { repository ->
    def mirror = mirrors[repository.url.toString().replaceAll('/+$', '')]
    if (mirror != null) {
      repository.url = new URI(mirror)
      repository.allowInsecureProtocol = true
    }
  }
}
${first}settingsEvaluated { settings ->
  turn(settings.pluginManagement.repositories)
  turn(settings.dependencyResolutionManagement.repositories)
}
allprojects { project ->
  turn(project.buildscript.repositories)
  turn(project.repositories)
}
`;
}

/** By these names gradle knows the central repository too. */
const CENTRAL = ["https://repo.maven.apache.org/maven2", "https://repo1.maven.org/maven2"];

function quoted(text: string): string {
  return `'${text.replaceAll("\\", "\\\\").replaceAll("'", "\\'").replaceAll("$", "\\$")}'`;
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
