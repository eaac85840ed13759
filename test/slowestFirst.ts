import type { TestSpecification } from "vitest/node";
import { BaseSequencer } from "vitest/node";

/**
 * The files that take longest, of each project the longest first. vitest knows how long files took only where they
 * have been run before; elsewhere it takes the largest first, which these are not.
 */
const SLOWEST = [
  "test/browser/accessibility.test.ts",
  "test/package/package.test.ts",
  "test/openapi/document.test.ts",
  "test/local/cli.test.ts",
  "test/browser/presenter.test.ts",
  "test/browser/reference.test.ts",
  "test/conformance/run.test.ts",
  "test/browser/dashboard.test.ts",
  "test/browser/functions.test.ts",
  "test/browser/invocations.test.ts",
  "test/browser/requests.test.ts",
  "test/local/https.test.ts",
  "test/conformance/invoke.test.ts",
  "test/hostile/requests.test.ts",
  "test/durability/kill.test.ts",
  "test/objects/sandbox/interrupted.worker.test.ts",
  "test/control/settings.worker.test.ts",
  "test/control/faults.worker.test.ts",
];

/** Orders files so that none of the slowest is left at the end, when the other workers have nothing to do. */
export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const usual = await super.sort(files);
    const projects = new Map(usual.map(({ project }, i) => [project.name, i]));
    const rank = ({ moduleId }: TestSpecification) => {
      const index = SLOWEST.findIndex((path) => moduleId.endsWith(`/${path}`));
      return index === -1 ? SLOWEST.length : index;
    };
    return usual.sort(
      (a, b) =>
        (projects.get(a.project.name) ?? 0) - (projects.get(b.project.name) ?? 0) || rank(a) - rank(b),
    );
  }
}
