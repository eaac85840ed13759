export interface Save {
  readonly functionName: string;
  readonly retries: number;
  readonly user: string;
}

/**
 * The action of a console's save button: puts the config to Function Compute, and reports the user to the audit service.
 * Returns whether the audit service accepted the report. Throws an Error with the cloud's message if the cloud refuses.
 */
export async function saveRetries(cloud: string, { functionName, retries, user }: Save) {
  const saved = await fetch(`${cloud}/2023-03-30/functions/${functionName}/async-invoke-config`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ maxAsyncRetryAttempts: retries }),
  });
  if (!saved.ok) {
    const { Message } = (await saved.json()) as { Message: string };
    throw new Error(Message);
  }
  const noted = await fetch("https://audit.example.com/entries", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ user, what: `${functionName}: ${retries} retries` }),
  });
  return { audited: noted.ok };
}
