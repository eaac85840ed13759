import { readdirSync } from "node:fs";
import { join } from "node:path";

/** Where a state directory has the files of its functions' objects, and of its sandboxes'. */
export const FUNCTIONS = "objects/fc-sandbox-FunctionObject";
export const SANDBOXES = "objects/fc-sandbox-SandboxObject";

/** The database files of a state directory's objects of one class, without workerd's own. */
export function objectFiles(stateDirectory: string, objects: string): string[] {
  const directory = join(stateDirectory, objects);
  const files = readdirSync(directory).filter((name) => /^[0-9a-f]{64}\.sqlite$/.test(name));
  return files.map((name) => join(directory, name));
}
