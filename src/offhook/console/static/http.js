// Requests that change something: they carry the token that shows that the page is ours.

const token = document.querySelector('meta[name="form-token"]').content;

// Send JSON; returns the answer as JSON, or throws an Error with the server's words.
// A `signal` aborts it.
export async function post(url, body, { signal } = {}) {
  const answer = await fetch(url, {
    signal,
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Form-Token": token },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.json();
}
