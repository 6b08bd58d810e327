"""Request, approval, order, report; effect and scaling down."""
