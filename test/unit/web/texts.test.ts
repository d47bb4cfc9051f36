import { describe, expect, it } from 'vitest'
import { endedText, failureText, microphoneText, missedText, registrationFailureText } from '../../../src/web/texts'

describe('texts of a failed call', () => {
  it.each([
    [404, 'User not Registered', '1002 is not registered.'],
    [404, 'Not Found', '1002 was not found.'],
    [408, 'Request Timeout', '1002 did not answer in time.'],
    [480, 'Temporarily Unavailable', '1002 is not available right now.'],
    [486, 'Busy Here', '1002 is busy.'],
    [487, 'Request Terminated', 'The call was cancelled.'],
    [600, 'Busy Everywhere', '1002 is busy.'],
    [603, 'Decline', '1002 declined.'],
    [503, 'Service Unavailable', 'The server could not do this (503 Service Unavailable).'],
    [499, 'Odd', '1002 could not be reached (499 Odd).'],
  ])('says what %d %s means', (status, reason, text) => {
    expect(failureText('1002', { status, reason })).toBe(text)
  })

  it('falls back to the cause when there is no response', () => {
    expect(failureText('1002', { cause: 'Connection Error' })).toBe('The server cannot be reached.')
    expect(failureText('1002', { cause: 'No ACK' })).toBe('It failed: No ACK.')
    expect(failureText('1002', {})).toBe('It failed: no reason given.')
  })
})

describe('texts of a call that ended', () => {
  it('says who hung up', () => {
    expect(endedText('1002', true, 'Terminated')).toBe('You hung up.')
    expect(endedText('1002', false, 'Terminated')).toBe('1002 hung up.')
  })

  it('says why the call was cut off', () => {
    expect(endedText('1002', false, 'RTP Timeout')).toBe('The call with 1002 was cut off: RTP Timeout.')
  })

  it('tells a missed call from one that another phone took, by the Reason of the CANCEL', () => {
    expect(missedText('1001', undefined)).toBe('You missed a call from 1001.')
    expect(missedText('1001', 'SIP;cause=487')).toBe('You missed a call from 1001.')
    expect(missedText('1001', 'SIP;cause=200;text="Call completed elsewhere"')).toContain('answered on another phone')
    expect(missedText('1001', 'SIP ;cause=603')).toContain('declined on another phone')
  })
})

describe('texts of registration and microphone', () => {
  it.each([401, 403, 407])('takes %d for a wrong user or password', (status) => {
    expect(registrationFailureText('1001', { status })).toBe('wrong user or password for 1001')
  })

  it('shows any other response as it came', () => {
    expect(registrationFailureText('1001', { status: 503, reason: 'Service Unavailable' })).toBe(
      '503 Service Unavailable',
    )
  })

  it('says that the server does not answer', () => {
    expect(registrationFailureText('1001', { cause: 'Request Timeout' })).toBe('the server did not answer')
    expect(registrationFailureText('1001', { cause: 'Connection Error' })).toBe('no connection to the server')
  })

  it('says how to get a microphone', () => {
    expect(microphoneText('NotAllowedError')).toContain('Allow it')
    expect(microphoneText('NotFoundError')).toContain('Plug one in')
    expect(microphoneText('NotReadableError')).toContain('Another program')
    expect(microphoneText('InsecureContext')).toContain('https')
    expect(microphoneText('OddError')).toContain('OddError')
  })
})
