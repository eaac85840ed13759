/** Has the browser save a document as a JSON file. */
export function download(file: string, document_: unknown): void {
  const json = `${JSON.stringify(document_, null, 2)}\n`;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([json], { type: "application/json" }));
  link.download = file;
  link.click();
  URL.revokeObjectURL(link.href);
}
