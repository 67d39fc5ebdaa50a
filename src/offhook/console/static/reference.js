// The list of errors follows its filters at once; without script the button does it.

const form = document.getElementById("find");
form.querySelector("select").addEventListener("change", () => form.requestSubmit());
