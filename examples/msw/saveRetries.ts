export interface Save {
  readonly functionName: string;
  readonly retries: number;
  readonly user: string;
}

/**
 * What the save button of a console does: puts the config to Function Compute, and tells the audit service who did it.
 * Throws an Error with the cloud's message when it refuses; says whether the audit service has noted it.
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
