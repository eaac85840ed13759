import { readFile, rename, rm, writeFile } from "node:fs/promises";

/**
 * Puts content where a file is or will be, so that a process that is cut off leaves the old file or the new one. Only
 * the owner may read the file unless `mode` says otherwise. Throws what the file system throws.
 */
export async function replaceFile(file: string, content: string, mode = 0o600): Promise<void> {
  const unfinished = `${file}.new`;
  try {
    await writeFile(unfinished, content, { mode, flush: true });
    await rename(unfinished, file);
  } catch (error) {
    await rm(unfinished, { force: true }).catch(() => {});
    throw error;
  }
}

/** The text of a file; undefined when there is none. Throws what else the file system throws. */
export async function readIfThere(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (isSystemError(error) && error.code === "ENOENT") return undefined;
    throw error;
  }
}

export function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "code" in error;
}
