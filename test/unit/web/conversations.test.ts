import { describe, expect, it } from 'vitest'
import { type ChatMessage, Conversations } from '../../../src/web/conversations'

const received = (text: string): ChatMessage => ({ text, status: 'received', atMs: 0 })

describe('conversations', () => {
  it('keeps the messages of each peer apart', () => {
    const conversations = new Conversations()
    conversations.show('1002')
    conversations.add('1002', received('from 1002'))
    conversations.add('1003', received('from 1003'))
    expect(conversations.peers).toEqual(['1002', '1003'])
    expect(conversations.messages.map((message) => message.text)).toEqual(['from 1002'])
  })

  it('counts what arrives in a conversation that is not shown, until it is', () => {
    const conversations = new Conversations()
    conversations.show('1002')
    conversations.add('1003', received('one'))
    conversations.add('1003', received('two'))
    expect(conversations.unreadOf('1003')).toBe(2)
    conversations.show('1003')
    expect(conversations.unreadOf('1003')).toBe(0)
  })

  it('counts neither what is shown nor what was sent from here', () => {
    const conversations = new Conversations()
    conversations.show('1002')
    conversations.add('1002', received('seen'))
    conversations.add('1003', { text: 'sent', status: 'sending', atMs: 0 })
    expect(conversations.unreadOf('1002')).toBe(0)
    expect(conversations.unreadOf('1003')).toBe(0)
  })
})
