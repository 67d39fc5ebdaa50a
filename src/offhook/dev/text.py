"""What `offhook dev` says once everything runs."""

from offhook.dev.personas import number
from offhook.dev.site import PASSWORD, SOFTPHONES, USER, Site
from offhook.testing.server import ACCOUNT, APP_NUMBER, APPLICATION

TEXT = """
Your phone network runs. Nothing leaves this machine. Ctrl-C stops it.

  console      {console}
  base URL     {url}/api/v2
  account      {account}
  user         {user}, password {password}
  application  {application}
  your number  {number}, which leads to {app_url}/voice/initiate
  store, log   {folder}

Who has which number:
{table}

A softphone of yours may register at 127.0.0.1:{sip} (UDP or TCP), call and be called:

{softphones}

Place a call and watch it, from another terminal (`offhook tail` watches all):

  offhook call {first}

with curl:

  curl -u {user}:{password} {url}/api/v2/accounts/{account}/calls \\
    -H 'Content-Type: application/json' \\
    -d '{{"from": "{number}", "to": "{first}", \
"applicationId": "{application}", "answerUrl": "{app_url}/voice/answer", \
"disconnectUrl": "{app_url}/voice/status"}}'

with the official TypeScript SDK:

  import {{ CallsApi, Configuration }} from "bandwidth-sdk";
  const configuration = new Configuration({{
    basePath: "{url}/api/v2", username: "{user}", password: "{password}",
  }});
  await new CallsApi(configuration).createCall("{account}", {{
    from: "{number}", to: "{first}", applicationId: "{application}",
    answerUrl: "{app_url}/voice/answer", disconnectUrl: "{app_url}/voice/status",
  }});

or with the official Python SDK (in others, too, set the base URL, user and password):

  import bandwidth
  configuration = bandwidth.Configuration(
      host="{url}/api/v2", ignore_operation_servers=True,
      username="{user}", password="{password}",
  )
  with bandwidth.ApiClient(configuration) as client:
      bandwidth.CallsApi(client).create_call("{account}", bandwidth.CreateCall(
          var_from="{number}", to="{first}", application_id="{application}",
          answer_url="{app_url}/voice/answer", disconnect_url="{app_url}/voice/status",
      ))

Have somebody call your number, from another terminal:

  {dial}

Why did a call fail?

  offhook --config {config} explain CALL_ID
"""


def welcome(site: Site, default_folder: bool) -> str:
    """Return all that one needs to know."""
    return TEXT.format(
        url=site.url,
        console=site.console,
        account=ACCOUNT,
        user=USER,
        password=PASSWORD,
        application=APPLICATION,
        number=APP_NUMBER,
        app_url=site.app_url,
        folder=site.folder,
        config=site.config,
        first=number(101),
        sip=site.sip,
        softphones="\n".join(
            f"  user {each.name}, password {each.password}, number {each.number}"
            for each in SOFTPHONES
        ),
        table="\n".join(f"  {each.shown:<20} {each.does}" for each in site.personas),
        dial="offhook dial" if default_folder else f"offhook dial --folder {site.folder}",
    )
