const domain = 'strowger.test'
const users = ['1001', '1002', '1003']

/** The demo's domain and subscribers, over the REST API as anybody would. What exists already stays as it is. */
export async function seedDemo(settings) {
  await create(settings, '/v1/domains', { name: domain })
  for (const username of users) {
    await create(settings, '/v1/subscribers', { username, domain, password: `demo-${username}` })
  }
}

async function create(settings, path, body) {
  const response = await fetch(`${settings.url}${path}`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${settings.adminToken}`, 'Content-Type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer = await response.text()
  if (!response.ok && response.status !== 409) throw new Error(`POST ${path} answered ${response.status}: ${answer}`)
}
