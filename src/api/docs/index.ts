import type { Context } from 'hono'
import { html, raw } from 'hono/html'
import type { OpenApiDocument } from '../openapi'
import { type Document, type Entry, entriesOf, type Operation, type Schema, schemaOf, typeOf } from './model'
import { STYLE } from './style'

type Html = ReturnType<typeof html>

/** The OpenAPI document as a page: rendered here, without scripts and without anything from another host. */
export function docsPage(c: Context, openApi: OpenApiDocument) {
  const document = openApi as unknown as Document
  c.header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'")
  return c.html(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${document.info.title}</title>
<style>${raw(STYLE)}</style>
</head>
<body>${contents(document)}<main>
<h1>${document.info.title}</h1>
<p>Version ${document.info.version} · <a href="/v1/openapi.json">OpenAPI document</a></p>
${(document.info.description ?? '').split('\n\n').map((text) => html`<p>${withCode(text)}</p>`)}
${(document.tags ?? []).map((tag) => html`<h2>${tag.name}</h2><p>${tag.description}</p>${entriesOf(document, tag.name).map(article)}`)}
<h2>Schemas</h2>
${Object.entries(document.components?.schemas ?? {}).map(([name, schema]) => schemaArticle(name, schema))}
</main></body></html>`)
}

function contents(document: Document): Html {
  return html`<nav><strong>${document.info.title}</strong>
${(document.tags ?? []).map(
  ({ name }) =>
    html`<h4>${name}</h4>${entriesOf(document, name).map(
      ({ id, method, path }) => html`<a href="#${id}">${verb(method)}<span>${path}</span></a>`,
    )}`,
)}
<h4>Schemas</h4>
${Object.keys(document.components?.schemas ?? {}).map((name) => html`<a href="#${name}">${name}</a>`)}</nav>`
}

function article({ id, method, path, operation }: Entry): Html {
  return html`<article id="${id}"><h3>${operation.summary}</h3>
<div class="line">${verb(method)}<code>${path}</code>${lock(operation)}</div>
${operation.description ? html`<p>${withCode(operation.description)}</p>` : ''}
${parameters(operation)}${requestBody(operation)}
<h4>Answers</h4><table>${Object.entries(operation.responses).map(
    ([status, response]) =>
      html`<tr><td><code>${status}</code></td><td>${withCode(response.description ?? '')} ${bodyType(schemaOf(response))}</td></tr>`,
  )}</table></article>`
}

/** Which tokens open it. */
function lock({ security = [] }: Operation): Html | '' {
  const scopes = security.flatMap(({ token = [] }) => token)
  if (security.length === 0) return ''
  return html`<span class="lock">${scopes.length > 0 ? `token: ${scopes.join(', ')}` : 'gateway token'}</span>`
}

function parameters({ parameters = [] }: Operation): Html | '' {
  if (parameters.length === 0) return ''
  return html`<h4>Parameters</h4><table>${parameters.map(({ name, in: place, required, schema = {}, description }) =>
    row(name, required ? place : `${place}, optional`, { ...schema, ...(description && { description }) }),
  )}</table>`
}

function requestBody({ requestBody: body }: Operation): Html | '' {
  const schema = schemaOf(body)
  return schema ? html`<h4>Body</h4><p>${bodyType(schema)}</p>` : ''
}

function bodyType(schema: Schema | undefined): Html | '' {
  if (!schema) return ''
  const listed = schema.properties?.items?.items
  return html`<span class="schema">${linked(listed ? `page of ${typeOf(listed)}` : typeOf(schema))}</span>`
}

/** Names of schemas, the words that begin with a capital letter, lead to them. */
function linked(type: string) {
  return type
    .split(/\b([A-Z]\w+)\b/)
    .map((part, index) => (index % 2 === 1 ? html`<a href="#${part}">${part}</a>` : part))
}

function schemaArticle(name: string, schema: Schema): Html {
  const required = new Set(schema.required)
  return html`<article id="${name}"><h3>${name}</h3>${schema.description ? html`<p>${schema.description}</p>` : ''}
<table>${Object.entries(schema.properties ?? {}).map(([field, inner]) => row(field, required.has(field) ? '' : 'optional', inner))}</table>
</article>`
}

function row(name: string, note: string, schema: Schema): Html {
  return html`<tr><td><code>${name}</code><small>${note}</small></td><td>${withCode(schema.description ?? '')}
<small>${typeOf(schema)}${schema.default === undefined ? '' : `, default ${JSON.stringify(schema.default)}`}${
    schema.example === undefined ? '' : `, e.g. ${JSON.stringify(schema.example)}`
  }</small></td></tr>`
}

function verb(method: string): Html {
  return html`<span class="verb ${method}">${method.toUpperCase()}</span>`
}

/** `code` of Markdown; the rest of Markdown is not used in our descriptions. */
function withCode(text: string) {
  return text.split('`').map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part))
}
