"""Signing in and out."""

from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.http import HttpRequest, HttpResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache

from apps.web.throttle import WINDOW_MINUTES, Attempts


class SignInForm(AuthenticationForm):
    error_messages = {
        "invalid_login": (
            "No account has this name and password. Check both; capital letters count."
        ),
        "inactive": "This account is switched off. Ask an administrator.",
    }


@method_decorator([login_not_required, never_cache], name="dispatch")
class SignIn(LoginView):
    """After too many failures for one name from one address, waits before it looks again."""

    template_name = "web/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        attempts = Attempts(
            name=request.POST.get("username", ""), address=request.META.get("REMOTE_ADDR", "")
        )
        if attempts.exhausted():
            form = self.get_form_class()(request)
            page = self.get_context_data(form=form, wait_minutes=WINDOW_MINUTES)
            return self.render_to_response(page, status=429)
        response = super().post(request, *args, **kwargs)
        if request.user.is_authenticated:
            attempts.forget()
        else:
            attempts.note()
        return response


class SignOut(LogoutView):
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        # What the browser kept of the pages goes with the session.
        response["Clear-Site-Data"] = '"cache"'
        return response
