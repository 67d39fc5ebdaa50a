"""The console: the pages a browser sees below `/console` (docs/console.md).

How a page is added:

1. a module of this package with a class that takes a `Desk` (`desk.py`: the store, call control,
   mail, recordings, directory) and has a method `pages()` that returns `Page` rows: path below
   `/console`, coroutine, HTTP method. `/{account}/…` is a page of an account; `visit.account` is
   one that the visitor may see, or the page is never reached;
2. its name in `house.pages`, and in `house.NAVIGATION` if it belongs into the menu;
3. a template in `templates/` that extends `base.html` and fills the blocks `title` and `main`.
   The coroutine ends with `return visit.page("name.html", value=…)`. Whatever a template prints
   is escaped, and its hidden characters are shown (`rendering.py`); never use `|safe`;
4. behaviour in `static/NAME.js`, an ES module, named in the block `scripts`:
   `<script type="module" src="{{ asset('NAME.js') }}"></script>`. No inline script or style ever:
   the Content-Security-Policy refuses them. Every page works without script where that is possible;
5. a form has method="post" and `{{ form_token() }}` within; `await visit.form()` returns its
   fields, `await visit.json()` the body of a `fetch` (see `static/http.js`). Both are reached only
   from this site: `guard.py` has checked origin and token before. Answer `visit.go(path)`;
6. refuse with `raise PageError(status, title, text)`;
7. reading the store blocks: `await visit.desk.read(lambda store: store.…)`, which waits for what
   is written and reads in a thread;
8. what changes while one looks comes by server-sent events: see `stream.py`;
9. tests: `tests/console/test_NAME.py` with `tests/console/client.py`, which talks to a `World` of
   `offhook.testing`; in a browser `tests/browser/`. Look at it at 390 px and in both themes.

Classes of the style sheet are few and listed at its top; use them before writing new ones.
"""
