/** Has the browser save a document as a JSON file. */
export function download(file: string, document_: unknown): void {
  save(file, "application/json", `${JSON.stringify(document_, null, 2)}\n`);
}

/** Has the browser save a text as a file. */
export function save(file: string, type: string, text: string): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([text], { type }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}
