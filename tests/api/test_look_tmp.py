import pytest
@pytest.mark.parametrize("w,scheme", [(1280,"light"),(1280,"dark"),(390,"light")])
def test_look(live_server, new_page, transactional_db, w, scheme):
    page = new_page(width=w, color_scheme=scheme)
    page.goto(live_server.url + "/api/v1/docs/")
    page.wait_for_selector(".opblock", timeout=20000)
    page.screenshot(path=f"/tmp/docs-{w}-{scheme}.png")
    page.locator("#operations-engagements-engagements_declare .opblock-summary-control").click()
    page.wait_for_timeout(800)
    page.locator("#operations-engagements-engagements_declare").screenshot(path=f"/tmp/docs-{w}-{scheme}-op.png")
