// Requests that change something: they carry the token that shows that the page is ours.

const token = document.querySelector('meta[name="form-token"]').content;

// Send JSON; returns the answer as JSON, or throws an Error with the server's words.
export async function post(url, body) {
  const answer = await fetch(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json", "X-Form-Token": token },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${answer.status} ${answer.statusText}`);
  return answer.json();
}
