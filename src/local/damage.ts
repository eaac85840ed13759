import { closeSync, existsSync, fstatSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";

// Source: https://www.sqlite.org/fileformat.html, section 1.3.
const HEADER_BYTES = 100;
const SMALLEST_PAGE = 512;
const MAGIC = "SQLite format 3\0";
const PAGE_SIZE_AT = 16;
const CHANGES_AT = 24;
const PAGES_AT = 28;
const PAGES_VALID_FOR_AT = 92;

/**
 * Says which of the objects' SQLite files is no whole SQLite file, by its name; undefined when all are. It reads the
 * beginning of each file and opens none as a database, which would write to it; damage further inside shows when the
 * object is used. Throws what the file system throws.
 */
export function findDamage(objectsDirectory: string): string | undefined {
  const damaged: { readonly file: string; readonly how: string }[] = [];
  for (const entry of readdirSync(objectsDirectory, { withFileTypes: true, recursive: true })) {
    if (!entry.isFile() || !entry.name.endsWith(".sqlite")) continue;
    const file = join(entry.parentPath, entry.name);
    const how = damageOf(file);
    if (how !== undefined) damaged.push({ file, how });
  }
  const [first] = damaged;
  if (first === undefined) return undefined;
  const others = damaged.length > 1 ? ` (and ${damaged.length - 1} more)` : "";
  return `${first.file}${others} is damaged: ${first.how}. Nothing was changed; put a copy of the state directory back, or use another directory.`;
}

function damageOf(file: string): string | undefined {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    if (size === 0) return undefined; // Made just before a kill: SQLite takes it as new.
    const header = Buffer.alloc(HEADER_BYTES);
    readSync(descriptor, header, 0, HEADER_BYTES, 0);
    if (header.toString("latin1", 0, MAGIC.length) !== MAGIC)
      return "it does not begin as a SQLite file does";
    if (size < SMALLEST_PAGE) return `it has no more than ${size} bytes`;
    // With a write-ahead log beside it the file may be behind its header.
    const countIsValid = header.readUInt32BE(CHANGES_AT) === header.readUInt32BE(PAGES_VALID_FOR_AT);
    if (!countIsValid || existsSync(`${file}-wal`)) return undefined;
    const stored = header.readUInt16BE(PAGE_SIZE_AT);
    const expected = header.readUInt32BE(PAGES_AT) * (stored === 1 ? 65_536 : stored);
    return size < expected ? `it has ${size} bytes of ${expected}` : undefined;
  } finally {
    closeSync(descriptor);
  }
}
