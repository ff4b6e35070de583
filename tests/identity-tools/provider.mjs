// A real OpenID Connect provider on this machine, for the demo and the tests, that speaks as ACM/IDM does.
// Usage: node provider.mjs <configuration.json>. It prints "ready" when it listens, and ends with its input.
// configuration: { port, client: { id, jwks, redirect }, logout, people: { <login>: { name…, claims } } }
// A person is chosen by their login in `login_hint`, or on its page; there is no password: nobody here is real.
import { readFileSync } from "node:fs";
import Provider from "oidc-provider";

const given = JSON.parse(readFileSync(process.argv[2], "utf8"));
const issuer = `http://127.0.0.1:${given.port}`;
const escaped = (text) => String(text).replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const provider = new Provider(issuer, {
  clients: [
    {
      client_id: given.client.id,
      redirect_uris: [given.client.redirect],
      post_logout_redirect_uris: [given.logout],
      response_types: ["code"],
      grant_types: ["authorization_code"],
      token_endpoint_auth_method: "private_key_jwt",
      token_endpoint_auth_signing_alg: "ES256",
      id_token_signed_response_alg: "ES256",
      jwks: given.client.jwks,
      ...(given.backchannel
        ? { backchannel_logout_uri: given.backchannel, backchannel_logout_session_required: true }
        : {}),
    },
  ],
  jwks: given.jwks,
  scopes: ["openid", "profile", "vo", "sluis", "rrn"],
  claims: {
    openid: ["sub"],
    profile: ["given_name", "family_name"],
    vo: ["vo_id", "vo_doelgroepcode", "vo_orgcode", "vo_orgnaam"],
    sluis: ["sluis_rol_3d"],
    rrn: ["rrn"],
  },
  features: {
    devInteractions: { enabled: false },
    backchannelLogout: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  cookies: { keys: [given.cookieKey] },
  conformIdTokenClaims: false,
  pkce: { required: () => true },
  clockTolerance: 60,
  ttl: { Session: 3600, Interaction: 600, Grant: 3600, AccessToken: 600, AuthorizationCode: 60, IdToken: 300 },
  interactions: { url: (_context, interaction) => `/kies/${interaction.uid}` },
  findAccount: (_context, login) =>
    given.people[login] && { accountId: login, claims: () => ({ sub: login, ...given.people[login] }) },
  // Consent is not asked: the body agreed with the provider which claims Sluis gets.
  loadExistingGrant: async (context) => {
    const grant = new context.oidc.provider.Grant({
      clientId: context.oidc.client.clientId,
      accountId: context.oidc.session.accountId,
    });
    grant.addOIDCScope([...context.oidc.requestParamScopes].join(" "));
    await grant.save();
    return grant;
  },
});

provider.use(async (context, next) => {
  if (!context.path.startsWith("/kies/")) return next();
  const { params } = await provider.interactionDetails(context.req, context.res);
  const login = context.query.wie ?? params.login_hint;
  if (login && given.people[login]) {
    return provider.interactionFinished(context.req, context.res, { login: { accountId: login } });
  }
  if (context.query.wie === "-") {
    return provider.interactionFinished(context.req, context.res, { error: "access_denied" });
  }
  const people = Object.entries(given.people).map(
    ([key, one]) =>
      `<li><a href="?wie=${encodeURIComponent(key)}">${escaped(one.given_name)} ${escaped(one.family_name)}</a> ` +
      `${escaped(one.vo_orgnaam ?? "")}</li>`,
  );
  context.type = "html";
  context.body =
    '<!doctype html><html lang="nl"><meta charset="utf-8"><meta name="viewport" content="width=device-width">' +
    "<title>Aanmelddienst (fictief)</title><h1>Aanmelddienst (fictief)</h1><p>Iedereen hier is verzonnen.</p>" +
    `<ul>${people.join("")}</ul><p><a href="?wie=-">Annuleren</a></p></html>`;
  return undefined;
});

const server = provider.listen(given.port, "127.0.0.1", () => console.log("ready"));
process.stdin.resume();
process.stdin.on("end", () => {
  server.close();
  process.exit(0);
});
